/** `securechat` from source on pipes that stay open: lines go in when the test says so. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';

const root = new URL('../../', import.meta.url);
const WAIT_MS = 40_000;
const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;

export type Program = {
  readonly stdout: string;
  readonly stderr: string;
  types(...lines: string[]): void;
  /** The end of its input. */
  end(): void;
  /** As a machine that loses power. */
  kill(): void;
  /** Resolves when it has written this whole line, past or to come. */
  says(line: string): Promise<void>;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
};

/** Killed with its test. */
export function startProgram(t: ExecutionContext, args: readonly string[]): Program {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      `--import=${new URL('scripts/tsx-hook.mjs', root).href}`,
      fileURLToPath(new URL('src/tui/main.tsx', root)),
      ...args,
    ],
    { env: { PATH, NODE_COMPILE_CACHE, HOME: '/nonexistent' }, stdio: 'pipe', detached: true },
  );
  t.teardown(() => child.kill('SIGKILL'));
  const written = { stdout: '', stderr: '' };
  const looks = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      written[stream] += text;
      for (const look of looks) look();
    });
  return {
    get stdout() {
      return written.stdout;
    },
    get stderr() {
      return written.stderr;
    },
    types: (...lines) => void child.stdin.write(lines.map((line) => `${line}\n`).join('')),
    end: () => void child.stdin.end(),
    kill: () => void child.kill('SIGKILL'),
    says: (line) =>
      new Promise((done, fail) => {
        const timer = setTimeout(() => {
          looks.delete(look);
          fail(new Error(`not said: ${line}\n${written.stdout}${written.stderr}`));
        }, WAIT_MS);
        const look = (): void => {
          if (!`\n${written.stdout}`.includes(`\n${line}\n`)) return;
          clearTimeout(timer);
          looks.delete(look);
          done();
        };
        looks.add(look);
        look();
      }),
    exited: new Promise((done, fail) => {
      child.on('error', fail);
      child.on('close', (code, signal) => done({ code, signal }));
    }),
  };
}
