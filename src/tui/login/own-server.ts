/** Starts a server on this machine for a person without one. It outlives the screen. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ClientError } from '../../client/errors.ts';
import { daemonLauncher } from './daemon-launcher.ts';

/** What the owner of a server must know. */
export type OwnServer = {
  /** The join link. */
  link: string;
  /** The server's data folder. */
  dir: string;
  log: string;
  pid: number;
};

/**
 * Starts the server; its log goes into the profile's folder `profile`. It uses the data folder of the server that was started
 * from this profile before. Resolves once it accepts connections. @throws ClientError 'refused' when it ends before that
 */
export async function startOwnServer(profile: string): Promise<OwnServer> {
  const log = join(profile, 'daemon.log');
  const note = join(profile, 'server-folder');
  const before = process.env.SECURECHAT_DATA_DIR ? '' : await readFile(note, 'utf8').catch(() => '');
  const folder = before !== '' && existsSync(before) ? ['--data-dir', before] : [];
  const errors = openSync(log, 'a', 0o600);
  const child = spawn(process.execPath, [daemonLauncher(), '--log-file', log, ...folder], {
    detached: true,
    // Reasons why it cannot start are printed there, before it has a log.
    stdio: ['ignore', 'pipe', errors],
  });
  closeSync(errors);
  const { stdout } = child;
  if (stdout === null) throw new Error('a pipe was asked for');
  const { promise, resolve, reject } = Promise.withResolvers<OwnServer>();
  const failed = () => reject(new ClientError('refused', `the server did not start; the reason is in ${log}`));
  const lines = createInterface({ input: stdout });
  lines.on('line', (line) => {
    const heard = listeningIn(line);
    if (heard === null || child.pid === undefined) return;
    child.unref();
    lines.close();
    stdout.destroy();
    resolve({ ...heard, log, pid: child.pid });
  });
  child.once('error', failed);
  child.once('exit', failed);
  const server = await promise;
  // Without the note, the server's own default folder is used.
  await writeFile(note, server.dir, { mode: 0o600 }).catch(() => {});
  return server;
}

function listeningIn(line: string): { link: string; dir: string } | null {
  try {
    const { evt, join: link, dir } = JSON.parse(line) as { evt?: unknown; join?: unknown; dir?: unknown };
    return evt === 'listening' && typeof link === 'string' && typeof dir === 'string' ? { link, dir } : null;
  } catch {
    return null;
  }
}
