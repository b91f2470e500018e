/**
 * The daemon in this process: for what cannot be reached in another one, its clock and its disk, and where a process of
 * its own would prove no more. It costs far less.
 */
import * as nodeFs from 'node:fs/promises';
import type { ExecutionContext } from 'ava';
import { pino } from 'pino';
import { readConfig } from '../../../src/daemon/config/config.ts';
import { type Daemon, openThreads, startDaemon } from '../../../src/daemon/daemon.ts';
import type { RequestTable } from '../../../src/daemon/requests/index.ts';
import { type Clock, systemClock } from '../../../src/platform/clock.ts';
import type { FileSystem } from '../../../src/platform/file-system.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { joinLink } from '../../../src/protocol/link/daemon-identity.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { writeFixtureKey } from './daemon.ts';

type DaemonOptions = {
  flags?: Record<string, string>;
  clock?: Clock;
  fs?: FileSystem;
  table?: RequestTable;
  /** Sockets and files that it may have open. */
  descriptors?: number;
  /** A data folder that a daemon has used before. */
  dir?: string;
};
type LogLine = { [field: string]: unknown; level?: number; evt?: string };
type InProcessDaemon = {
  daemon: Daemon;
  dir: string;
  at: { port: number; fingerprint: string; join: string };
  /** What it has written to its log so far. */
  lines: LogLine[];
};

/** Of all daemons of this process: they end with it, and it does not wait for them. */
let threads: ReturnType<typeof openThreads> | undefined;

/** Stopped with its test. */
export async function openDaemon(
  t: ExecutionContext,
  { flags = {}, ...given }: DaemonOptions = {},
): Promise<InProcessDaemon> {
  const dir = given.dir ?? (await temporaryFolder(t));
  if (given.dir === undefined) await writeFixtureKey(dir);
  const around = { env: {}, cwd: dir, xdgData: dir, exists: () => false, readText: () => null };
  const lines: LogLine[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  threads ??= openThreads([]);
  const daemon = await startDaemon(readConfig({ 'data-dir': dir, port: '0', ...flags }, around), {
    log,
    clock: given.clock ?? systemClock,
    random: systemRandom,
    fs: given.fs ?? nodeFs,
    software: 'test',
    hostname: 'here',
    descriptors: given.descriptors ?? 4_096,
    threads,
    ...(given.table && { table: given.table }),
  });
  t.teardown(() => daemon.stop());
  const { port, fingerprint } = daemon;
  return {
    daemon,
    dir,
    at: { port, fingerprint: hex(fingerprint), join: joinLink('127.0.0.1', port, fingerprint) },
    lines,
  };
}
