/** The screen with a fake client, in a pty. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { width } from '../../../src/tui/width/measure.ts';
import { openScreen, type Screen } from './screen.ts';

export const stageProgram = fileURLToPath(new URL('./stage-program.tsx', import.meta.url));
export const tsxHook = fileURLToPath(new URL('../../../scripts/tsx-hook.mjs', import.meta.url));

type Options = {
  cols?: number;
  rows?: number;
  env?: Record<string, string>;
  count?: number;
  oldWidths?: boolean;
  background?: string;
};

export function stage(
  t: ExecutionContext,
  scene: string,
  { cols = 100, rows = 30, env = {}, count = 60, oldWidths = false, background }: Options = {},
): Screen {
  const screen = openScreen(
    process.execPath,
    ['--no-warnings', `--import=${tsxHook}`, stageProgram, scene, String(count)],
    {
      cols,
      rows,
      // React as it ships: its development build draws several times more slowly.
      env: { COLORTERM: 'truecolor', NODE_ENV: 'production', ...env },
      oldWidths,
      ...(background !== undefined && { background }),
    },
  );
  t.teardown(() => screen.kill('SIGKILL'));
  return screen;
}

export const isChatShown = (text: string) => text.includes('#lobby ›');

/** The one child process of `parent`; Linux only. */
export function childOf(parent: number): number {
  const found = readdirSync('/proc').find((pid) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(parent);
    } catch {
      return false;
    }
  });
  return Number(found);
}

/** Asserts that the frame is complete: each row is as wide as the screen, and the rules meet. */
export function assertWhole(t: ExecutionContext, screen: Screen, cols: number): void {
  const rows = screen.rows();
  for (const row of rows) t.true(width(row.trimEnd()) <= cols, row);
  const rules = rows.filter((row) => /^─+([┼┴]─+)*─*$/.test(row.trim()));
  t.is(rules.length, 2, rows.join('\n'));
  const joints = [...(rules[0] ?? '').matchAll(/┼/g)].map((match) => match.index);
  t.deepEqual(
    [...(rules[1] ?? '').matchAll(/┴/g)].map((match) => match.index),
    joints,
  );
}
