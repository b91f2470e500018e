/** The program `securechat-daemon`: arguments, log and signals. */
import { existsSync, readFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '../platform/clock.ts';
import { programFolder } from '../platform/home.ts';
import { systemRandom } from '../platform/random.ts';
import { exitOnOutputError } from '../platform/terminal/standard-output.ts';
import { VERSION } from '../platform/version.ts';
import { hex } from '../protocol/base/bytes.ts';
import { missingMlKem } from '../protocol/crypto/xwing.ts';
import { fingerprintWords } from '../protocol/link/daemon-identity.ts';
import { storedFingerprint } from './accounts/identity.ts';
import { parseArguments } from './config/arguments.ts';
import { type Config, type Environment, type OptionValues, readConfig } from './config/config.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import { StartError, UsageError } from './data/start-error.ts';
import { descriptorLimit } from './limits/descriptors.ts';
import { type Log, openLog } from './logging/log.ts';

const PRIVATE_UMASK = 0o077;
/** Longer than an orderly stop, which gives clients 10 s. */
const MAX_STOP_MS = 15_000;

const environment: Environment = {
  env: process.env,
  cwd: process.cwd(),
  xdgData: programFolder('securechat-daemon', 'data', process),
  exists: existsSync,
  readText: (path) => (existsSync(path) ? readFileSync(path, 'utf8') : null),
};

exitOnOutputError(process, 'securechat-daemon');
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`securechat-daemon: ${error instanceof Error ? error.message : String(error)}\n`);
  // Force the exit: a worker thread must not keep a failed start alive.
  process.exit(error instanceof UsageError ? 2 : 1);
}

async function main(args: string[]): Promise<number> {
  process.umask(PRIVATE_UMASK);
  const parsed = await parseArguments(args, VERSION);
  if (parsed.command === 'print') {
    process.stdout.write(`${parsed.text}\n`);
    return 0;
  }
  const config = readConfig(parsed.flags, environment);
  if (parsed.command === 'fingerprint') return printFingerprint(config);
  await serve(config, parsed.flags);
  return 0;
}

async function printFingerprint({ dataDir }: Config): Promise<number> {
  const fingerprint = await storedFingerprint(fs, dataDir);
  if (fingerprint === null) throw new StartError(`there is no daemon.key in ${dataDir}; start the daemon there once`);
  process.stdout.write(`${hex(fingerprint)}\n${fingerprintWords(fingerprint)}\n`);
  return 0;
}

async function serve(config: Config, flags: OptionValues): Promise<void> {
  const missing = missingMlKem();
  if (missing !== null) throw new StartError(missing);
  const log = await openLog(config.logLevel, config.logFile);
  const { logger } = log;
  logger.info({ evt: 'sys_startup', version: VERSION, dir: config.dataDir }, 'starting');
  if (inWorkTree(config.dataDir)) {
    logger.warn(
      { evt: 'git_work_tree', dir: config.dataDir },
      'the data folder lies in a git work tree: do not commit its keys',
    );
  }
  const daemon = await startDaemon(config, {
    log: logger,
    clock: systemClock,
    random: systemRandom,
    fs,
    software: `securechat-daemon ${VERSION}`,
    hostname: hostname(),
    descriptors: descriptorLimit(),
  }).catch((err) => {
    logger.debug({ evt: 'start_fail', err }, 'could not start');
    throw err;
  });
  handleEnds(daemon, log, flags);
  await announce(daemon, config, log);
}

/** Prints the `listening` line on stdout wherever the log goes and whatever its level, because scripts wait for it. */
async function announce(daemon: Daemon, config: Config, { logger }: Log): Promise<void> {
  const { port, join: link } = daemon;
  const fingerprint = hex(daemon.fingerprint);
  const line = { evt: 'listening', host: config.host, port, fingerprint, join: link, dir: config.dataDir };
  const onStdout = config.logFile === null && logger.isLevelEnabled('info');
  if (!onStdout) (await openLog('info', null)).logger.info(line, 'listening');
  logger.info(line, 'listening');
  if (process.stdout.isTTY === true) {
    process.stdout.write(`\n  SecureChat is running. To join, type\n\n    securechat '${link}'\n\n`);
    process.stdout.write(`  Fingerprint: ${fingerprintWords(daemon.fingerprint)}\n\n`);
  }
}

function handleEnds(daemon: Daemon, log: Log, flags: OptionValues): void {
  const { logger } = log;
  let stopping = false;
  const stop = async (code: 0 | 1) => {
    if (stopping) process.exit(1);
    stopping = true;
    try {
      await daemon.stop();
      logger.info({ evt: 'stopped' }, 'stopped');
      process.exit(code);
    } catch (err) {
      logger.error({ evt: 'sys_crash', err }, 'could not stop in order');
      process.exit(1);
    }
  };
  const onSignal = (signal: string) => {
    logger.info({ evt: 'sys_shutdown', signal }, 'stopping');
    void stop(0);
  };
  void daemon.broken.then((err) => {
    logger.fatal(
      { evt: 'storage_fail', err },
      'storage has failed: stopping, because nothing more can be stored safely',
    );
    // A hanging disk must not keep the daemon alive.
    setTimeout(() => process.exit(1), MAX_STOP_MS).unref();
    void stop(1);
  });
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  process.on('SIGHUP', () => void reload(daemon, log, flags));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (err: unknown) => logger.error({ evt: 'sys_crash', err }, 'a bug outside of any session'));
  }
}

async function reload(daemon: Daemon, log: Log, flags: OptionValues): Promise<void> {
  try {
    log.reopen();
    const next = readConfig(flags, environment);
    await daemon.reload(next);
    log.logger.level = next.logLevel;
    log.logger.info({ evt: 'reloaded' }, 'users and configuration were reloaded');
  } catch (err) {
    log.logger.error({ evt: 'reload_fail', err }, 'not reloaded: the previous users and configuration stay in use');
  }
}

function inWorkTree(dir: string): boolean {
  if (existsSync(join(dir, '.git'))) return true;
  return dirname(dir) !== dir && inWorkTree(dirname(dir));
}
