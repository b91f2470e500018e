/**
 * Starts the daemon inside the test process. Tests can control its clock, disk and request table, and it starts much faster than a
 * process of its own (test/helpers/daemon/daemon.ts).
 */
import * as nodeFs from 'node:fs/promises';
import type { ExecutionContext } from 'ava';
import { pino } from 'pino';
import { readConfig } from '../../../src/daemon/config/config.ts';
import { type Daemon, startDaemon } from '../../../src/daemon/daemon.ts';
import type { RequestTable } from '../../../src/daemon/requests/index.ts';
import { type Clock, systemClock } from '../../../src/platform/clock.ts';
import type { FileSystem } from '../../../src/platform/file-system.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { inlineOpaque } from '../../../src/protocol/crypto/opaque.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { joinLink } from '../../../src/protocol/link/daemon-identity.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { writeFixtureKey } from './daemon.ts';

type DaemonOptions = {
  flags?: Record<string, string>;
  clock?: Clock;
  fs?: FileSystem;
  table?: RequestTable;
  /** How many sockets and files it may have open. */
  descriptors?: number;
  /** A data folder that a daemon has used before. */
  dir?: string;
};
type LogLine = { [field: string]: unknown; level?: number; evt?: string };
export type InProcessDaemon = {
  daemon: Daemon;
  dir: string;
  at: { port: number; fingerprint: string; join: string };
  /** The lines of its log so far. */
  lines: LogLine[];
  /** Rereads users.txt, as SIGHUP makes the program do. */
  reload(): Promise<void>;
};

/** Cryptography on the test's own thread: other threads take longer to start than most tests to run. No client is charged for it. */
const inline = {
  rsa: { ...inlineRsa, for: () => inlineRsa },
  opaque: { ...inlineOpaque, for: () => inlineOpaque },
};

/** Starts a daemon on a free port. It stops when the test ends. */
export async function openDaemon(
  t: ExecutionContext,
  { flags = {}, ...options }: DaemonOptions = {},
): Promise<InProcessDaemon> {
  const dir = options.dir ?? (await temporaryFolder(t));
  if (options.dir === undefined) await writeFixtureKey(dir);
  const environment = { env: {}, cwd: dir, xdgData: dir, exists: () => false, readText: () => null };
  const lines: LogLine[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const config = readConfig({ 'data-dir': dir, port: '0', ...flags }, environment);
  const daemon = await startDaemon(config, {
    log,
    clock: options.clock ?? systemClock,
    random: systemRandom,
    fs: options.fs ?? nodeFs,
    software: 'test',
    hostname: 'here',
    descriptors: options.descriptors ?? 4_096,
    threads: inline,
    ...(options.table && { table: options.table }),
  });
  t.teardown(() => daemon.stop());
  const { port, fingerprint } = daemon;
  return {
    daemon,
    dir,
    at: { port, fingerprint: hex(fingerprint), join: joinLink('127.0.0.1', port, fingerprint) },
    lines,
    reload: () => daemon.reload(config),
  };
}
