/** `securechat`: takes the keyboard first, then loads what it needs to know what was asked for. */
import { takeKeyboard } from './early-raw-mode.ts';

takeKeyboard(process);
await import('./program.ts');
