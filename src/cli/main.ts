/**
 * Folder `cli`: the shell side of `securechat`: arguments, shell commands, line mode and the demo; it knows nothing of the
 * daemon's code, and no other part knows it.
 *
 * This entry puts the keyboard into raw mode and then loads the program: `program.ts` runs one command.
 */
import { enterRawMode } from './early-raw-mode.ts';

enterRawMode(process);
await import('./program.ts');
