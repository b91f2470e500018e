/** `securechat` as it was built (`npm run build`), run to its end or left running, with what it writes. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';

const root = new URL('../../../', import.meta.url);

export type CliResult = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };
export type CliOptions = {
  /** null leaves it open. */
  stdin?: string | Uint8Array | null;
  env?: Record<string, string>;
  cwd?: string;
  /** Runs it as it ships, without quick-crypto: it searches for primes and stretches passwords as agreed. */
  unmodified?: boolean;
  /** Runs it under this command, as `prlimit --fsize=…`. */
  under?: readonly string[];
};

/** A run that has not ended. */
export type Running = {
  /** What it has written so far. */
  readonly written: Readonly<Pick<CliResult, 'stdout' | 'stderr'>>;
  /** Lines for an input that was left open. */
  types(...lines: string[]): void;
  /** The end of its input. */
  end(): void;
  /**
   * Resolves when it has written this whole line to standard output, or what matches to either, past or to come.
   * @throws when the program ends before
   */
  says(what: string | RegExp): Promise<void>;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<CliResult>;
  ended: Promise<CliResult>;
};

const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
/** For one thing to be said. */
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

/** Runs `securechat` with a clean environment; standard input is empty unless told. */
export function securechat(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return follow(start(args, options)).ended;
}

/** The same, without waiting for its end. Killed with its test. */
export function startSecurechat(t: ExecutionContext, args: readonly string[], options: CliOptions = {}): Running {
  const running = follow(start(args, options));
  t.teardown(() => running.stop('SIGKILL'));
  return running;
}

/** The JSON lines of a run with --json. */
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
    // No controlling terminal: nobody can be asked.
    detached: true,
  });
  // A program that does not read its input is no failure of the test.
  child.stdin.on('error', () => {});
  if (options.stdin !== null) child.stdin.end(options.stdin ?? '');
  return child;
}

function follow(child: ChildProcessWithoutNullStreams): Running {
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
  const said = (what: string | RegExp) =>
    typeof what === 'string'
      ? `\n${written.stdout}`.includes(`\n${what}\n`)
      : what.test(written.stdout) || what.test(written.stderr);
  const says = (what: string | RegExp) =>
    new Promise<void>((done, fail) => {
      const missing = (why: string) => {
        clearTimeout(timer);
        fail(new Error(`${why}: ${what}\n${written.stdout}${written.stderr}`));
      };
      const look = () => {
        if (!said(what)) return;
        clearTimeout(timer);
        looks.delete(look);
        done();
      };
      const timer = setTimeout(() => missing('not said'), WAIT_MS);
      looks.add(look);
      look();
      ended.then(() => missing('it ended without saying'), fail);
    });
  return {
    written,
    says,
    ended,
    types: (...lines) => void child.stdin.write(lines.map((line) => `${line}\n`).join('')),
    end: () => void child.stdin.end(),
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}
