/** Runs the built `securechat` (`npm run build`), to its end or in the background, and collects its output. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';

const root = new URL('../../../', import.meta.url);

export type CliResult = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };
export type CliOptions = {
  /** null leaves the input open. */
  stdin?: string | Uint8Array | null;
  env?: Record<string, string>;
  cwd?: string;
  /** Runs it as it ships, without quick-crypto: it searches for primes and stretches passwords with the real parameters. */
  unmodified?: boolean;
  /** A command to run it under, such as `prlimit --fsize=…`. */
  under?: readonly string[];
};

/** A program that still runs. */
export type RunningProgram = {
  /** Its output so far. */
  readonly written: Readonly<Pick<CliResult, 'stdout' | 'stderr'>>;
  /** Writes lines to an input that was left open. */
  writeLines(...lines: string[]): void;
  /** Ends its input. */
  end(): void;
  /**
   * Resolves with the line once it was written to standard output, or when either output matches, past or future.
   * @throws if the program ends before
   */
  untilWritten(what: string | RegExp): Promise<void>;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<CliResult>;
  ended: Promise<CliResult>;
};

const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
/** How long to wait for one output, in ms. */
const WAIT_MS = 40_000;
/** The least that a program needs. */
const bare = { PATH, NODE_COMPILE_CACHE, HOME: '/nonexistent' };

const quickCrypto = `--import=${new URL('../protocol/quick-crypto.mjs', import.meta.url)}`;

/** The command and its arguments. */
export function cliCommand(args: readonly string[], unmodified = false): [string, ...string[]] {
  return [
    process.execPath,
    ...(unmodified ? [] : [quickCrypto]),
    fileURLToPath(new URL('dist/securechat.js', root)),
    ...args,
  ];
}

/** Runs `securechat` in a clean environment, with empty standard input by default. */
export function securechat(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return follow(start(args, options)).ended;
}

/** Starts `securechat`. It is killed when the test ends. */
export function startSecurechat(
  t: ExecutionContext,
  args: readonly string[],
  options: CliOptions = {},
): RunningProgram {
  const running = follow(start(args, options));
  t.teardown(() => running.stop('SIGKILL'));
  return running;
}

/** The lines of a run with --json, parsed. */
export function jsonLines(result: CliResult): Record<string, unknown>[] {
  return result.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function start(args: readonly string[], options: CliOptions): ChildProcessWithoutNullStreams {
  const [file = '', ...rest] = [...(options.under ?? []), ...cliCommand(args, options.unmodified)];
  const child = spawn(file, rest, {
    cwd: options.cwd ?? fileURLToPath(root),
    env: { ...bare, ...options.env },
    // Without a controlling terminal, so that nobody can be asked.
    detached: true,
  });
  // A program that does not read its input is not an error of the test.
  child.stdin.on('error', () => {});
  if (options.stdin !== null) child.stdin.end(options.stdin ?? '');
  return child;
}

function follow(child: ChildProcessWithoutNullStreams): RunningProgram {
  const written = { stdout: '', stderr: '' };
  const looks = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      written[stream] += text;
      for (const look of looks) look();
    });
  const ended = new Promise<CliResult>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => done({ code, signal, ...written }));
  });
  const isWritten = (what: string | RegExp) =>
    typeof what === 'string'
      ? `\n${written.stdout}`.includes(`\n${what}\n`)
      : what.test(written.stdout) || what.test(written.stderr);
  const untilWritten = (what: string | RegExp) =>
    new Promise<void>((done, fail) => {
      const missing = (why: string) => {
        clearTimeout(timer);
        fail(new Error(`${why}: ${what}\n${written.stdout}${written.stderr}`));
      };
      const look = () => {
        if (!isWritten(what)) return;
        clearTimeout(timer);
        looks.delete(look);
        done();
      };
      const timer = setTimeout(() => missing('not written'), WAIT_MS);
      looks.add(look);
      look();
      ended.then(() => missing('it ended without writing'), fail);
    });
  return {
    written,
    untilWritten,
    ended,
    writeLines: (...lines) => void child.stdin.write(lines.map((line) => `${line}\n`).join('')),
    end: () => void child.stdin.end(),
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}
