/**
 * Folder `cli`: the shell side of `securechat`: arguments, shell commands, line mode and the demo. It uses the screen, the client
 * and the protocol; none of them may know it, and nothing here knows the daemon's code.
 *
 * This entry puts the keyboard into raw mode and then loads the program: `program.ts` runs one command.
 */
import { enterRawMode } from './early-raw-mode.ts';

enterRawMode(process);
await import('./program.ts');
