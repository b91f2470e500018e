import type { Command } from '../command.ts';

export const demo: Command = {
  options: (yargs) => yargs,

  async run(shell) {
    if (process.stdin.isTTY && process.stdout.isTTY) await (await import('../demo/screen.ts')).runDemoScreen(shell);
    else await (await import('../demo/script.ts')).runDemo(shell);
  },
};
