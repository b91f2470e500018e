/** `securechat`: takes the keyboard first, then loads what it needs to know what was asked for. */
import { takeKeyboard } from './early-keyboard.ts';

takeKeyboard(process);
await import('./program.ts');
