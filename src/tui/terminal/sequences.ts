/**
 * The sequences of keyboards and the answers of terminals: ECMA-48, xterm's ctlseqs (SS3, CSI with modifiers, modifyOtherKeys,
 * SGR mouse, focus, bracketed paste), the kitty keyboard protocol's CSI u, the Linux console's CSI [ A.
 */

export type Input =
  /** One code point. */
  | { type: 'text'; text: string }
  /** `enter`, `ctrl+a`, `alt+left`, `shift+tab`, `f2`: modifiers in the order ctrl, alt, shift. */
  | { type: 'key'; key: string }
  | { type: 'paste'; text: string }
  | { type: 'focus'; focused: boolean }
  /** The terminal reported its background. */
  | { type: 'background'; light: boolean }
  /** Cells from 0. */
  | { type: 'mouse'; action: 'press' | 'up' | 'down'; x: number; y: number }
  | TerminalReply;

/** Answers to the questions of terminal-survey.ts. */
export type TerminalReply =
  /** The cursor position (CPR), from 1; never in the first row, where the answer looks like F3 with a modifier. */
  | { type: 'cell'; row: number; column: number }
  /** DECRPM: 1 set, 2 reset, 3 and 4 for good, 0 unknown. */
  | { type: 'mode'; mode: number; state: number }
  /** DA1: everything asked before it is answered by now, or never. */
  | { type: 'device' };

export const letters: Record<string, string> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  E: 'begin',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  M: 'enter',
};
const numbers: Record<string, string> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pgup',
  6: 'pgdn',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};
/** The keypad codes of the kitty protocol type the character on the key. */
const KEYPAD = 57_399;
const keypad = '0123456789./*-+\r=';

/** A character outside a sequence. C1 controls and NUL are not typed. */
export function plain(text: string, alt: boolean): Input | null {
  const code = text.codePointAt(0) ?? 0;
  const prefix = alt ? 'alt+' : '';
  if (code === 0x0d) return { type: 'key', key: `${prefix}enter` };
  if (code === 0x09) return { type: 'key', key: `${prefix}tab` };
  if (code === 0x7f || code === 0x08) return { type: 'key', key: `${prefix}backspace` };
  if (code === 0) return { type: 'key', key: alt ? 'ctrl+alt+space' : 'ctrl+space' };
  if (code < 0x20) return { type: 'key', key: `ctrl+${prefix}${String.fromCharCode(code + 0x40).toLowerCase()}` };
  if (code >= 0x80 && code < 0xa0) return null;
  return alt ? { type: 'key', key: `alt+${text}` } : { type: 'text', text };
}

/** Reads a control sequence (CSI) by its parts; null when it is neither a key nor an answer. */
export function sequence(parameters: string, intermediates: string, letter: string, alt: boolean): Input | null {
  const reply = replyOf(parameters, intermediates, letter);
  if (reply !== null) return reply;
  if (intermediates !== '' || parameters.startsWith('?')) return null;
  if (letter === 'I' && parameters === '') return { type: 'focus', focused: true };
  if (letter === 'O' && parameters === '') return { type: 'focus', focused: false };
  if (parameters.startsWith('<')) return letter === 'M' ? mouse(parameters.slice(1).split(';').map(Number)) : null;
  const [first = '', second = '', third = ''] = parameters.split(';');
  const [mask = '1', event] = second.split(':');
  if (event === '3') return null;
  const modifiers = (Number(mask) || 1) - 1 + (alt ? 2 : 0);
  if (letter === 'Z') return { type: 'key', key: 'shift+tab' };
  if (letter === 'u') return coded(Number(first.split(':')[0]), modifiers, third);
  if (letter === '~' && first === '27') return coded(Number(third), modifiers, '');
  const name = letter === '~' ? numbers[first] : letters[letter];
  return name === undefined || (letter === 'M' && first === '') ? null : { type: 'key', key: named(name, modifiers) };
}

/** Reads a key given by its code point: kitty's CSI u, xterm's modifyOtherKeys. Bits of `modifiers`: 1 shift, 2 alt, 4 ctrl. */
function coded(code: number, modifiers: number, associated: string): Input | null {
  if (!Number.isInteger(code) || code <= 0 || code > 0x10ffff) return null;
  if (code >= KEYPAD && code < KEYPAD + keypad.length) return coded(keypad.charCodeAt(code - KEYPAD), modifiers, '');
  const special = { 9: 'tab', 13: 'enter', 27: 'escape', 127: 'backspace', 8: 'backspace' }[code];
  if (special) return { type: 'key', key: named(special, modifiers) };
  if (code < 0x20 || (code >= 0x80 && code < 0xa0) || (code >= 0xd800 && code < 0xf900)) return null;
  const text = String.fromCodePoint(code);
  if (modifiers & 4) return { type: 'key', key: named(text === ' ' ? 'space' : text.toLowerCase(), modifiers & 6) };
  if (modifiers & 2) return { type: 'key', key: `alt+${text}` };
  const typed = Number(associated.split(':')[0]);
  const shifted = modifiers & 1 && !typed ? text.toUpperCase() : typed > 31 ? String.fromCodePoint(typed) : text;
  return plain(shifted, false);
}

function named(name: string, modifiers: number): string {
  return `${modifiers & 4 ? 'ctrl+' : ''}${modifiers & 2 ? 'alt+' : ''}${modifiers & 1 ? 'shift+' : ''}${name}`;
}

function mouse([button = 0, column = 1, row = 1]: number[]): Input | null {
  const action = button === 0 ? 'press' : button === 64 ? 'up' : button === 65 ? 'down' : null;
  return action === null ? null : { type: 'mouse', action, x: column - 1, y: row - 1 };
}

function replyOf(parameters: string, intermediates: string, letter: string): TerminalReply | null {
  const asked = `${parameters}${intermediates}${letter}`;
  const [, row, column] = /^(\d{1,5});(\d{1,5})R$/.exec(asked) ?? [];
  if (row !== undefined && Number(row) > 1) return { type: 'cell', row: Number(row), column: Number(column) };
  const [, mode, state] = /^\?(\d{1,5});([0-4])\$y$/.exec(asked) ?? [];
  if (mode !== undefined) return { type: 'mode', mode: Number(mode), state: Number(state) };
  return /^\?[\d;]*c$/.test(asked) ? { type: 'device' } : null;
}

/**
 * Whether the background is light, from the answer to OSC 11: rgb:RRRR/GGGG/BBBB, each with 1 to 4 digits. null for any other
 * answer.
 */
export function isLight(answer: string): boolean | null {
  const parts = /^\]11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})(?![\da-f])/i.exec(answer);
  if (parts === null) return null;
  const [red = 0, green = 0, blue = 0] = parts
    .slice(1)
    .map((part) => Number.parseInt(part, 16) / (16 ** part.length - 1));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5;
}
