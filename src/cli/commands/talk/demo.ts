import { isScreenless } from '../../../platform/terminal/terminal-support.ts';
import type { Command } from '../../command.ts';

export const demo: Command = {
  options: (yargs) => yargs,

  async run(shell) {
    if (isScreenless(process)) await (await import('../../demo/demo-script.ts')).runDemo(shell);
    else await (await import('../../demo/demo-screen.ts')).runDemoScreen(shell);
  },
};
