/** The keyboard is the program's from its first moment: until then the system echoes keys, and makes Enter a line feed. */

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

/** Where the screen is what was most likely asked for: the arguments are read later. */
export function enterRawMode(process: EarlyProcess): void {
  if (!isScreenless(process) && !process.argv.slice(2).some((word) => screenlessWords.has(word)))
    process.stdin.setRawMode?.(true);
}

/** It was asked for something else. */
export function leaveRawMode({ stdin }: Pick<EarlyProcess, 'stdin'>): void {
  if (stdin.isTTY) stdin.setRawMode?.(false);
}
