/**
 * Bytes of a terminal -> what the person did. Knows no stream, no timer and no screen: whoever owns the stream calls `push`
 * with each chunk, and `timeout` when nothing followed for a while. However a byte stream is cut, the same inputs come out.
 *
 * Sequences: ECMA-48, xterm's ctlseqs (SS3, CSI with modifiers, modifyOtherKeys, SGR mouse, focus, bracketed paste), the kitty
 * keyboard protocol's CSI u, and the Linux console's CSI [ A. What is not known is swallowed whole, never typed.
 */

export type Input =
  /** One code point. */
  | { type: 'text'; text: string }
  /** `enter`, `ctrl+a`, `alt+left`, `shift+tab`, `f2`: modifiers in the order ctrl, alt, shift. */
  | { type: 'key'; key: string }
  | { type: 'paste'; text: string }
  | { type: 'focus'; focused: boolean }
  /** The terminal answered what its background is. */
  | { type: 'background'; light: boolean }
  /** Cells from 0. */
  | { type: 'mouse'; action: 'press' | 'up' | 'down'; x: number; y: number };

/** What may still come: after a lone ESC (`key`), of a sequence or paste that is held (`rest`), of a paste that was given so far. */
export type Wait = 'key' | 'rest' | 'paste';

/** Text of a paste above this is dropped: the limit of a message is far below it. Characters. */
const MAX_PASTE = 1 << 20;
const ESC = '\x1b';
const BELL = '\x07';
const STRING_END = '\x1b\\';
const PASTE_END = '\x1b[201~';
const letters: Record<string, string> = {
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
/** The key-pad of the kitty protocol types what is printed on it. */
const KEYPAD = 57_399;
const keypad = '0123456789./*-+\r=';

export class KeyReader {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #held = '';
  #paste: string | null = null;

  /** What the bytes so far could be the beginning of, null for nothing: call `timeout` if nothing comes. */
  get waitsFor(): Wait | null {
    if (this.#paste === '') return 'paste';
    if (this.#paste !== null || this.#held.length > 2) return 'rest';
    return this.#held === '' ? null : 'key';
  }

  push(chunk: Uint8Array): Input[] {
    this.#held += this.#decoder.decode(chunk, { stream: true });
    return this.#read(false);
  }

  /**
   * What is held is all there is: a lone ESC is the key; the beginning of a longer sequence is dropped. A paste is given as far
   * as it came and goes on; when nothing more of it came, it is over.
   */
  timeout(): Input[] {
    if (this.#paste === null) return this.#read(true);
    if (this.#paste !== '') {
      const text = this.#paste;
      this.#paste = '';
      return [{ type: 'paste', text }];
    }
    this.#paste = null;
    this.#held = '';
    return [];
  }

  #read(final: boolean): Input[] {
    const found: Input[] = [];
    while (this.#held !== '') {
      const size = this.#paste === null ? this.#next(final, found) : this.#pasted(found);
      if (size === 0) break;
      this.#held = this.#held.slice(size);
    }
    return found;
  }

  #pasted(found: Input[]): number {
    const end = this.#held.indexOf(PASTE_END);
    // Without an end, keep back what could be its first characters.
    const size = end < 0 ? this.#held.length - overlap(this.#held, PASTE_END) : end;
    const text = (this.#paste ?? '') + this.#held.slice(0, size);
    this.#paste = text.length > MAX_PASTE ? text.slice(0, MAX_PASTE) : text;
    if (end < 0) return size;
    if (this.#paste !== '') found.push({ type: 'paste', text: this.#paste });
    this.#paste = null;
    return size + PASTE_END.length;
  }

  /** Reads one input from the start of what is held. Returns the characters it took, 0 when more are needed. */
  #next(final: boolean, found: Input[]): number {
    const held = this.#held;
    if (held[0] !== ESC) {
      const text = String.fromCodePoint(held.codePointAt(0) ?? 0);
      const input = plain(text, false);
      if (input) found.push(input);
      return text.length;
    }
    if (held.length === 1) return alone(final, found, 'escape', 1);
    const kind = held[1] as string;
    if (kind === '[') return this.#csi(1, final, found, false);
    if (kind === 'O') return this.#ss3(final, found);
    if (']P_^X'.includes(kind)) return this.#string(final, found);
    if (kind === ESC) {
      // ESC ESC [ A is Alt with an arrow in rxvt; otherwise the first one was the key.
      if (held.length === 2) return alone(final, found, 'escape', 1);
      if (held[2] === '[') return this.#csi(2, final, found, true);
      found.push({ type: 'key', key: 'escape' });
      return 1;
    }
    const text = String.fromCodePoint(held.codePointAt(1) ?? 0);
    const input = plain(text, true);
    if (input) found.push(input);
    return 1 + text.length;
  }

  #csi(bracket: number, final: boolean, found: Input[], alt: boolean): number {
    const held = this.#held;
    let at = bracket + 1;
    if (held[at] === '[') {
      const letter = held[at + 1];
      if (letter === undefined) return final ? held.length : 0;
      const f = 'ABCDE'.indexOf(letter);
      if (f >= 0) found.push({ type: 'key', key: `f${f + 1}` });
      return at + 2;
    }
    while (at < held.length && held[at] && /[0-?]/.test(held[at] as string)) at++;
    const parameters = held.slice(bracket + 1, at);
    while (at < held.length && held[at] && /[ -/]/.test(held[at] as string)) at++;
    const letter = held[at];
    if (letter === undefined) {
      if (!final) return 0;
      if (at === 2 && held.length === 2) found.push({ type: 'key', key: 'alt+[' });
      return held.length;
    }
    if (!/[@-~]/.test(letter)) return at;
    if (letter === '~' && parameters === '200') {
      this.#paste = '';
      return at + 1;
    }
    const input = sequence(parameters, letter, alt);
    if (input) found.push(input);
    return at + 1;
  }

  #ss3(final: boolean, found: Input[]): number {
    const letter = this.#held[2];
    if (letter === undefined) return alone(final, found, 'alt+O', 2);
    if (letter < ' ' || letter > '~') return 2;
    const key = letters[letter];
    if (key) found.push({ type: 'key', key });
    return 3;
  }

  /** OSC, DCS and the like: answers of the terminal. Nobody types them. */
  #string(final: boolean, found: Input[]): number {
    const held = this.#held;
    const ends = [held.indexOf(BELL, 2) + 1, held.indexOf(STRING_END, 2) + 2].filter((end) => end > 2);
    if (ends.length > 0) {
      const size = Math.min(...ends);
      const light = isLight(held.slice(1, size));
      if (light !== null) found.push({ type: 'background', light });
      return size;
    }
    // An answer that stays unfinished is still nobody's typing.
    if (final && /^\]\d+;/.test(held.slice(1))) return held.length;
    if (!final && held.length < 4096) return 0;
    found.push({ type: 'key', key: `alt+${held[1]}` });
    return 2;
  }
}

/** null for what is no answer to the question for the background (OSC 11): rgb:RRRR/GGGG/BBBB, each with 1 to 4 digits. */
function isLight(answer: string): boolean | null {
  const parts = /^\]11;rgba?:([\da-f]{1,4})\/([\da-f]{1,4})\/([\da-f]{1,4})(?![\da-f])/i.exec(answer);
  if (parts === null) return null;
  const [red = 0, green = 0, blue = 0] = parts
    .slice(1)
    .map((part) => Number.parseInt(part, 16) / (16 ** part.length - 1));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5;
}

/** The end of what is held: a key when nothing more comes, else a reason to wait. Returns the characters taken. */
function alone(final: boolean, found: Input[], key: string, size: number): number {
  if (!final) return 0;
  found.push({ type: 'key', key });
  return size;
}

/** A character outside a sequence. C1 controls and NUL are nobody's typing. */
function plain(text: string, alt: boolean): Input | null {
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

function sequence(parameters: string, letter: string, alt: boolean): Input | null {
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

/** A key told by its code point: kitty's CSI u, xterm's modifyOtherKeys. Bits of `modifiers`: 1 shift, 2 alt, 4 ctrl. */
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

/** How many characters at the end of `text` are the beginning of `end`. */
function overlap(text: string, end: string): number {
  for (let size = Math.min(end.length - 1, text.length); size > 0; size--) {
    if (end.startsWith(text.slice(-size))) return size;
  }
  return 0;
}
