/** `securechat` from source, run to its end or left running, with what it writes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);

export type CliResult = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };
export type CliOptions = {
  /** null leaves it open. */
  stdin?: string | Uint8Array | null;
  env?: Record<string, string>;
  cwd?: string;
  /** Runs it under this command, as `prlimit --fsize=…`. */
  under?: readonly string[];
};

/** A run that has not ended. */
export type Running = {
  process: ChildProcess;
  /** Resolves when standard output or error, past or to come, matches. @throws when the program ends before */
  printed(what: RegExp): Promise<void>;
  /** Sends the signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<CliResult>;
  ended: Promise<CliResult>;
};

const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
/** For one thing to be printed. */
const WAIT_MS = 40_000;
/** The least that a program needs. */
const bare = { PATH, NODE_COMPILE_CACHE, HOME: '/nonexistent' };

/** Runs `securechat` from source with a clean environment; standard input is empty unless told. */
export function securechat(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startSecurechat(args, options).ended;
}

/** The same, without waiting for its end. */
export function startSecurechat(args: readonly string[], options: CliOptions = {}): Running {
  const command = [
    ...(options.under ?? []),
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    `--import=${new URL('scripts/tsx-hook.mjs', root).href}`,
    fileURLToPath(new URL('src/tui/main.tsx', root)),
    ...args,
  ];
  const child = spawn(command[0] ?? '', command.slice(1), {
    cwd: options.cwd ?? fileURLToPath(root),
    env: { ...bare, NO_COLOR: '1', ...options.env },
    stdio: 'pipe',
    // No controlling terminal: nobody can be asked.
    detached: true,
  });
  const result: CliResult = { code: null, signal: null, stdout: '', stderr: '' };
  const looks = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    result.stdout += text;
    for (const look of looks) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    result.stderr += text;
    for (const look of looks) look();
  });
  // A program that does not read its input is no failure of the test.
  child.stdin.on('error', () => {});
  if (options.stdin !== null) child.stdin.end(options.stdin ?? '');
  const ended = new Promise<CliResult>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => done(Object.assign(result, { code, signal })));
  });
  const printed = (what: RegExp) =>
    new Promise<void>((done, fail) => {
      const timer = setTimeout(
        () => fail(new Error(`not printed: ${what}\n${result.stdout}${result.stderr}`)),
        WAIT_MS,
      );
      const look = () => {
        if (!what.test(result.stdout) && !what.test(result.stderr)) return;
        clearTimeout(timer);
        looks.delete(look);
        done();
      };
      looks.add(look);
      look();
      ended.then(({ stdout, stderr }) => fail(new Error(`it ended without ${what}: ${stdout}${stderr}`)), fail);
    });
  return {
    process: child,
    printed,
    ended,
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}

/** The JSON lines of a run with --json. */
export function jsonLines(result: CliResult): Record<string, unknown>[] {
  return result.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
