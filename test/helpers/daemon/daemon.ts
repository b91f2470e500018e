/**
 * Starts the built daemon (`npm run build`) as a process on a free port, in a temporary folder, with fixture keys. The
 * test kills it at its end, and prints its log when it fails.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { formatKey } from '../../../src/daemon/accounts/identity.ts';
import { type FixtureName, fixtureKey, fixtureSealKey } from '../../fixtures/keys.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const program = fileURLToPath(new URL('../../../dist/securechat-daemon.js', import.meta.url));

type LogLine = { [field: string]: unknown; evt?: string };

export type DaemonProcess = {
  port: number;
  /** 64 hexadecimal digits. */
  fingerprint: string;
  join: string;
  dir: string;
  /** The lines of its log so far. */
  lines: LogLine[];
  process: ChildProcess;
  /** Resolves with the first line that `matches`, past or future. */
  line(matches: (line: LogLine) => boolean): Promise<LogLine>;
  /** Sends a signal (SIGTERM) and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
};

/**
 * @param options.dir an existing data folder
 * @param options.descriptors the limit of open files and sockets, on systems with a shell
 */
export async function startDaemon(
  t: ExecutionContext,
  args: readonly string[] = [],
  options: { dir?: string; env?: { [name: string]: string }; descriptors?: number } = {},
): Promise<DaemonProcess> {
  const dir = options.dir ?? (await temporaryFolder(t));
  if (!existsSync(join(dir, 'daemon.key'))) await writeFixtureKey(dir);
  const port0 = args.includes('--port') ? [] : ['--port', '0'];
  const child = runDaemon(['--data-dir', dir, ...port0, ...args], options.env, options.descriptors);
  // Use 'close' instead of 'exit', so that the last lines of the log have been read.
  const exited = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  t.teardown(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const { lines, line } = follow(child);
  const { port, fingerprint, join: link } = await line(({ evt }) => evt === 'listening');
  return {
    port: Number(port),
    fingerprint: String(fingerprint),
    join: String(link),
    dir,
    lines,
    process: child,
    line,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return exited;
    },
  };
}

/** Starts the program and returns at once. */
export function runDaemon(
  args: readonly string[],
  env: { [name: string]: string } = {},
  descriptors?: number,
): ChildProcess {
  const limited = descriptors === undefined ? [] : ['sh', '-c', `ulimit -n ${descriptors} && exec "$@"`, 'sh'];
  const command = [...limited, process.execPath, program, ...args];
  return spawn(command[0] ?? '', command.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
}

/**
 * Writes a fixture key, so that the daemon need not generate one.
 * @param link another key makes another daemon to its clients
 */
export async function writeFixtureKey(dir: string, link: FixtureName = 'daemon-link'): Promise<void> {
  const keys = { link: fixtureSealKey(link), sign: fixtureKey('daemon-sign') };
  const key = formatKey({ keys, daemonId: new Uint8Array(32).fill(1), rejectKey: new Uint8Array(32).fill(2) });
  await writeFile(join(dir, 'daemon.key'), key, { mode: 0o600 });
}

function follow(child: ChildProcess): Pick<DaemonProcess, 'lines' | 'line'> {
  const lines: LogLine[] = [];
  const waiting = new Set<() => void>();
  let errors = '';
  let ended = false;
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const wake = () => {
    for (const look of waiting) look();
  };
  if (child.stdout === null) throw new Error('the daemon has no stdout');
  createInterface(child.stdout)
    .on('line', (text) => {
      lines.push(JSON.parse(text));
      wake();
    })
    .on('close', () => {
      ended = true;
      wake();
    });
  const line = (matches: (line: LogLine) => boolean) =>
    new Promise<LogLine>((resolve, reject) => {
      const look = () => {
        const found = lines.find(matches);
        if (found === undefined && !ended) return;
        waiting.delete(look);
        if (found !== undefined) resolve(found);
        else reject(new Error(`the daemon ended without that line: ${errors}${JSON.stringify(lines.slice(-5))}`));
      };
      waiting.add(look);
      look();
    });
  return { lines, line };
}
