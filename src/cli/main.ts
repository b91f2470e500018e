/** `securechat`: takes the keyboard first, then loads what it needs to know what was asked for. */
import { enterRawMode } from './early-raw-mode.ts';

enterRawMode(process);
await import('./program.ts');
