/** Starts a real daemon in a process of its own, with fixture keys, and measures its CPU time and memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { formatKey } from '../src/daemon/accounts/identity.ts';
import { fixtureKey, fixtureSealKey } from '../test/fixtures/keys.ts';
import { cpuSeconds, residentMiB } from './process.ts';

export type BenchDaemon = {
  port: number;
  join: string;
  /** Its data folder, also for the clients' profiles. It is deleted when the daemon stops. */
  dir: string;
  /** User and system time of all its threads, in seconds. */
  cpu(): number;
  /** Its resident memory, in MiB. */
  rss(): number;
  stop(): Promise<void>;
};

/** Starts a daemon in a new folder below `parent`. `prepare` may write files there first. */
export async function startDaemon({
  parent = tmpdir(),
  prepare = async () => {},
}: {
  parent?: string;
  prepare?: (dir: string) => Promise<void>;
} = {}): Promise<BenchDaemon> {
  const dir = await mkdtemp(join(parent, 'securechat-bench-'));
  const keys = { link: fixtureSealKey('daemon-link'), sign: fixtureKey('daemon-sign') };
  const key = formatKey({ keys, daemonId: new Uint8Array(32).fill(1), rejectKey: new Uint8Array(32).fill(2) });
  await writeFile(join(dir, 'daemon.key'), key, { mode: 0o600 });
  await prepare(dir);
  const program = fileURLToPath(new URL('../src/daemon/main.ts', import.meta.url));
  const child = spawn(process.execPath, [program, '--data-dir', dir, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const { port, join: link } = await listening(child);
  return {
    port,
    join: link,
    dir,
    cpu: () => cpuSeconds(child.pid),
    rss: () => residentMiB(child.pid ?? 0),
    async stop() {
      child.kill();
      await exited;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function listening(child: ChildProcess): Promise<{ port: number; join: string }> {
  if (child.stdout === null) throw new Error('the daemon has no stdout');
  for await (const text of createInterface(child.stdout)) {
    const logged = JSON.parse(text) as { evt?: string; port: number; join: string };
    if (logged.evt !== 'listening') continue;
    child.stdout.resume();
    return logged;
  }
  throw new Error('the daemon ended before it served');
}
