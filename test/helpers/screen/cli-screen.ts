/** `securechat` at a terminal. */
import type { ExecutionContext } from 'ava';
import { cliCommand } from './cli.ts';
import { openScreen, type Screen, type ScreenOptions } from './screen.ts';

/** Starts it; it is killed when the test ends. */
export function openCliScreen(t: ExecutionContext, args: readonly string[], options: ScreenOptions = {}): Screen {
  const [file, ...rest] = cliCommand(args);
  const screen = openScreen(file, rest, options);
  t.teardown(() => screen.kill('SIGKILL'));
  return screen;
}
