/**
 * Folder `logging`: what the daemon writes to its log; it decides nothing. The log is JSON lines, or pretty lines in a
 * terminal. Only the fields listed here are written, so that no frame, body, key, password or unknown user name can
 * appear.
 */
import { type DestinationStream, type Logger, pino } from 'pino';
import { printable } from '../../protocol/base/safe-text.ts';

/**
 * The fields a line may have, besides pino's own `level`, `time` and `msg`. Values are numbers, booleans or short
 * texts.
 */
export const allowedFields: ReadonlySet<string> = new Set([
  'evt',
  'version',
  'host',
  'port',
  'fingerprint',
  'join',
  'dir',
  'path',
  'line',
  'signal',
  'settings',
  'count',
  'ms',
  'conn',
  'address',
  'software',
  'user',
  'device',
  'method',
  'session',
  'reason',
  'state',
  'request',
  'code',
  'reasons',
  'addresses',
  // sizes and counts only
  'size',
  'files',
  'entries',
  'transfer',
  'file',
  'removed',
]);

const MAX_TEXT = 512;
/** Most bytes of lines that wait to be written. */
const MAX_WAITING = 1024 * 1024;

export type Log = {
  logger: Logger;
  /** Opens the log file again after logrotate has moved it. If that fails, it complains and keeps the old file. */
  reopen(): void;
};

/**
 * Opens the log. If it cannot be written (full disk, closed pipe), up to 1 MiB of lines wait, further lines are lost,
 * `complain` is called once, and the daemon keeps running.
 * @param to the path of a file, or null for stdout
 */
export async function openLog(level: string, to: string | null, complain = complainOnStderr): Promise<Log> {
  if (to === null && process.stdout.isTTY === true) {
    return { logger: logTo(await prettyStdout(), level), reopen() {} };
  }
  const where = to === null ? { dest: 1 } : { dest: to, mkdir: true, mode: 0o600 };
  const stream = pino.destination({ ...where, sync: true, maxLength: MAX_WAITING });
  let complained = false;
  stream.on('error', (error: Error) => {
    if (!complained) complain(`the log cannot be written, and lines may be lost: ${error.message}`);
    complained = true;
  });
  stream.on('write', () => {
    complained = false;
  });
  return { logger: logTo(stream, level), reopen: () => to !== null && reopenStream(stream) };
}

function reopenStream(stream: ReturnType<typeof pino.destination>): void {
  const before = stream.listeners('ready');
  try {
    stream.reopen();
  } catch {
    // The error event has been reported already. A leftover listener for the new file would close the old one twice at
    // the next reopen.
    for (const one of stream.listeners('ready')) if (!before.includes(one)) stream.off('ready', one as () => void);
  }
}

function complainOnStderr(sentence: string): void {
  process.stderr.write(`securechat-daemon: ${sentence}\n`);
}

/** Loaded only for a terminal, so that a service does not need it. */
async function prettyStdout(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  const look = { singleLine: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' };
  return pretty({ sync: true, destination: 1, ...look });
}

/** A logger with these rules on any stream. */
export function logTo(stream: DestinationStream, level: string): Logger {
  return pino(
    {
      level,
      base: null,
      serializers: { err: describeError },
      formatters: { log: keepAllowed },
      hooks: {
        logMethod(args, method) {
          const last = args.length - 1;
          if (typeof args[last] === 'string') args[last] = printable(args[last]);
          method.apply(this, args);
        },
      },
    },
    stream,
  );
}

/**
 * The log of one connection. pino does not pass the bound fields of a child through its formatters, so they are
 * filtered here.
 */
export function connectionLog(log: Logger, bound: { conn: number; address: string }): Logger {
  return log.child(keepAllowed(bound));
}

function keepAllowed(fields: object): { [field: string]: unknown } {
  const kept: { [field: string]: unknown } = {};
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'err') kept.err = value;
    else if (!allowedFields.has(name)) continue;
    else if (typeof value === 'string') kept[name] = printable(value).slice(0, MAX_TEXT);
    else if (typeof value === 'number' || typeof value === 'boolean' || value === null) kept[name] = value;
    else if (Array.isArray(value)) kept[name] = value.map((item) => printable(String(item)).slice(0, MAX_TEXT));
  }
  return kept;
}

function describeError(error: unknown): { [field: string]: unknown } {
  if (!(error instanceof Error)) return { message: 'not an Error' };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const stack = printable(error.stack ?? '', { lines: true });
  return { type: error.name, ...code, message: printable(error.message), stack };
}
