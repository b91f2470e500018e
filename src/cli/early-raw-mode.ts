/**
 * Puts the keyboard into raw mode before the rest of the program is loaded. Until then the terminal echoes typed keys and turns
 * Enter into a line feed.
 */
import { isScreenless } from '../platform/terminal/terminal-support.ts';
import { commandTable } from './command-table.ts';

type EarlyProcess = {
  argv: readonly string[];
  env: Record<string, string | undefined>;
  stdin: { isTTY?: boolean; setRawMode?(on: boolean): unknown };
  stdout: { isTTY?: boolean };
};

const screenlessWords = new Set([
  ...commandTable.map(({ usage }) => usage.split(' ')[0]),
  '--help',
  '-h',
  '--version',
  '--plain',
]);

/** Enters raw mode if the screen will probably open. This is a guess: the arguments are parsed later. */
export function enterRawMode(process: EarlyProcess): void {
  if (!isScreenless(process) && !process.argv.slice(2).some((word) => screenlessWords.has(word)))
    process.stdin.setRawMode?.(true);
}

/** Leaves raw mode. Call this when a command runs instead of the screen, or when the start fails. */
export function leaveRawMode({ stdin }: Pick<EarlyProcess, 'stdin'>): void {
  if (stdin.isTTY) stdin.setRawMode?.(false);
}
