import type { Command } from '../command.ts';
import { runDemo } from '../demo/script.ts';

export const demo: Command = {
  options: (yargs) => yargs,
  run: (shell) => runDemo(shell),
};
