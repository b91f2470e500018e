/** scp through a temporary sshd on this machine, for comparison with a file transfer. Up and down are the same work here. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

const SSHD = '/usr/sbin/sshd';
const run = promisify(execFile);

export type Scp = { copy(from: string, to: string): Promise<void>; stop(): void };

/** Starts sshd with its keys in `folder`. Returns null if sshd is not installed or does not start. */
export async function startScp(folder: string): Promise<Scp | null> {
  if (!existsSync(SSHD)) return null;
  const at = (name: string): string => join(folder, name);
  await mkdir(folder, { mode: 0o700 });
  // sshd needs this folder to drop privileges; it is missing on a machine that never ran sshd.
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true });
  for (const name of ['host', 'client']) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
  const port = await freePort();
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${at('host')}`,
    `AuthorizedKeysFile ${at('client.pub')}`,
    'PermitRootLogin prohibit-password',
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'Subsystem sftp internal-sftp',
  ];
  await writeFile(at('config'), `${config.join('\n')}\n`);
  const server = spawn(SSHD, ['-D', '-f', at('config')], { stdio: 'ignore' });
  const options = ['-q', '-P', String(port), '-i', at('client'), '-c', 'aes256-gcm@openssh.com', '-o', 'BatchMode=yes'];
  const known = ['-o', 'StrictHostKeyChecking=no', '-o', `UserKnownHostsFile=${at('known')}`];
  const copy = async (from: string, to: string): Promise<void> => {
    await run('scp', [...options, ...known, from, `${userInfo().username}@127.0.0.1:${to}`], { timeout: 120_000 });
  };
  const stop = (): void => void server.kill();
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      await copy(at('config'), at('copied'));
      return { copy, stop };
    } catch {
      await wait(100);
    }
  }
  stop();
  return null;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
