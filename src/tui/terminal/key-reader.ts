/**
 * Turns the bytes of a terminal into inputs. Knows no stream, timer or screen: the owner of the stream calls `push` with each
 * chunk, and `timeout` when nothing follows for a while. However the byte stream is cut, the same inputs come out. Unknown
 * sequences are dropped whole, never typed.
 */
import { type Input, isLight, letters, plain, sequence } from './sequences.ts';
import { strayByte, Utf8Input, withoutStray } from './utf8-input.ts';

export type { Input } from './sequences.ts';

/**
 * What may still arrive: the rest after a lone ESC ('key'); over a slow link, of a sequence or character ('split'); of a long
 * sequence or a paste ('rest'); of a paste that was given in part ('paste').
 */
export type Wait = 'key' | 'split' | 'rest' | 'paste';

/** A longer paste is cut: the limit of a message is far below. Characters. */
const MAX_PASTE = 1 << 20;
const ESC = '\x1b';
const BELL = '\x07';
const STRING_END = '\x1b\\';
const PASTE_END = '\x1b[201~';
/** After this many lone Escs in a row, a link is no longer taken for slow. */
const LONE_ESCAPES = 3;
/** A whole sequence after its ESC, followed by nothing or by another sequence; or the start of a paste. */
const rest = new RegExp(String.raw`^(?:\[\[[A-E]|\[([0-?]*)([ -/]*)([@-Z\\-~])|O([ -~]))(?=$|${ESC})|^\[(?=200~)`);
const restSoFar = /^(?:\[\[?|\[[0-?]*[ -/]*|O)$/;

export class KeyReader {
  readonly #bytes = new Utf8Input();
  #pending = '';
  #paste: string | null = null;
  /** A lone ESC timed out, and its rest may come late: whether it was given as a key already. */
  #late: 'given' | 'withheld' | null = null;
  /** The link tears sequences apart: a lone ESC is withheld until its rest can hardly follow. */
  #isSlow: boolean;
  #loneCount = 0;

  /** `isSlow`: the link may tear sequences apart. The reader also learns it from the input. */
  constructor(isSlow = false) {
    this.#isSlow = isSlow;
  }

  /** What the bytes so far may be the start of; null for nothing. Otherwise call `timeout` when nothing follows. */
  get waitsFor(): Wait | null {
    if (this.#paste === '') return 'paste';
    if (this.#late !== null) return this.#pending === '' ? 'split' : 'key';
    if (this.#paste !== null || this.#pending.length > 2) return 'rest';
    if (this.#pending !== '') return 'key';
    return this.#bytes.isWaiting ? 'split' : null;
  }

  push(chunk: Uint8Array): Input[] {
    this.#append(this.#bytes.push(chunk));
    if (this.#late === null) return this.#read(false);
    if (restSoFar.test(this.#pending) || this.#pending === '') return [];
    const isRest = this.#isRest();
    const found = isRest ? [] : this.#loneEscape();
    this.#late = null;
    if (isRest) {
      this.#isSlow = true;
      this.#loneCount = 0;
      this.#pending = ESC + this.#pending;
    }
    return [...found, ...this.#read(false)];
  }

  /**
   * No more bytes follow: a lone ESC is the key, the start of a longer sequence is dropped. A paste is given as far as it arrived
   * and goes on; when nothing more of it arrived, it is over.
   */
  timeout(): Input[] {
    this.#append(this.#bytes.flush());
    if (this.#paste === null) return this.#late === null ? this.#ended() : this.#expired();
    if (this.#paste !== '') {
      const text = withoutStray(this.#paste);
      this.#paste = '';
      return [{ type: 'paste', text }];
    }
    this.#paste = null;
    this.#pending = '';
    return [];
  }

  #ended(): Input[] {
    if (this.#pending !== ESC) return this.#read(true);
    this.#pending = '';
    this.#late = this.#isSlow ? 'withheld' : 'given';
    return this.#isSlow ? [] : [{ type: 'key', key: 'escape' }];
  }

  /** The rest of a lone ESC did not follow: the pending bytes were typed. */
  #expired(): Input[] {
    const found = this.#loneEscape();
    this.#late = null;
    return [...found, ...this.#read(true)];
  }

  #loneEscape(): Input[] {
    if (++this.#loneCount >= LONE_ESCAPES) this.#isSlow = false;
    return this.#late === 'withheld' ? [{ type: 'key', key: 'escape' }] : [];
  }

  /** Whether the pending bytes are the rest of a key's sequence. Only whole and alone: `[Dear` is text. */
  #isRest(): boolean {
    const found = rest.exec(this.#pending);
    if (found === null) return false;
    const [, parameters = '', intermediates = '', letter, ss3] = found;
    if (ss3 !== undefined) return letters[ss3] !== undefined;
    return letter === undefined || sequence(parameters, intermediates, letter, false) !== null;
  }

  #append(text: string): void {
    // CSI and SS3 as one byte each.
    this.#pending += text.replaceAll('\udc9b', `${ESC}[`).replaceAll('\udc8f', `${ESC}O`);
  }

  #read(final: boolean): Input[] {
    const found: Input[] = [];
    while (this.#pending !== '') {
      const size = this.#paste === null ? this.#next(final, found) : this.#pasted(found);
      if (size === 0) break;
      this.#pending = this.#pending.slice(size);
    }
    return found;
  }

  #pasted(found: Input[]): number {
    const end = this.#pending.indexOf(PASTE_END);
    // Without an end marker, withhold what may be its first characters.
    const size = end < 0 ? this.#pending.length - overlap(this.#pending, PASTE_END) : end;
    const text = (this.#paste ?? '') + this.#pending.slice(0, size);
    this.#paste = text.length > MAX_PASTE ? text.slice(0, MAX_PASTE) : text;
    if (end < 0) return size;
    if (this.#paste !== '') found.push({ type: 'paste', text: withoutStray(this.#paste) });
    this.#paste = null;
    return size + PASTE_END.length;
  }

  /** Reads one input from the start of what is pending. Returns the characters it took, 0 when more are needed. */
  #next(final: boolean, found: Input[]): number {
    const pending = this.#pending;
    if (pending[0] !== ESC) {
      const text = String.fromCodePoint(pending.codePointAt(0) ?? 0);
      push(found, text, false);
      return text.length;
    }
    if (pending.length === 1) return alone(final, found, 'escape', 1);
    const kind = pending[1] as string;
    if (kind === '[') return this.#csi(1, final, found, false);
    if (kind === 'O') return this.#ss3(final, found);
    if (']P_^X'.includes(kind)) return this.#string(final, found);
    if (kind === ESC) {
      // ESC ESC [ A is Alt with an arrow in rxvt; otherwise the first one was the key.
      if (pending.length === 2) return alone(final, found, 'escape', 1);
      if (pending[2] === '[') return this.#csi(2, final, found, true);
      found.push({ type: 'key', key: 'escape' });
      return 1;
    }
    const text = String.fromCodePoint(pending.codePointAt(1) ?? 0);
    push(found, text, true);
    return 1 + text.length;
  }

  #csi(bracket: number, final: boolean, found: Input[], alt: boolean): number {
    const pending = this.#pending;
    let at = bracket + 1;
    if (pending[at] === '[') {
      const letter = pending[at + 1];
      if (letter === undefined) return final ? pending.length : 0;
      const f = 'ABCDE'.indexOf(letter);
      if (f >= 0) found.push({ type: 'key', key: `f${f + 1}` });
      return at + 2;
    }
    while (at < pending.length && pending[at] && /[0-?]/.test(pending[at] as string)) at++;
    const parameters = pending.slice(bracket + 1, at);
    const from = at;
    while (at < pending.length && pending[at] && /[ -/]/.test(pending[at] as string)) at++;
    const letter = pending[at];
    if (letter === undefined) {
      if (!final) return 0;
      if (at === 2 && pending.length === 2) found.push({ type: 'key', key: 'alt+[' });
      return pending.length;
    }
    if (!/[@-~]/.test(letter)) return at;
    if (letter === '~' && parameters === '200') {
      this.#paste = '';
      return at + 1;
    }
    const input = sequence(parameters, pending.slice(from, at), letter, alt);
    if (input) found.push(input);
    return at + 1;
  }

  #ss3(final: boolean, found: Input[]): number {
    const letter = this.#pending[2];
    if (letter === undefined) return alone(final, found, 'alt+O', 2);
    if (letter < ' ' || letter > '~') return 2;
    const key = letters[letter];
    if (key) found.push({ type: 'key', key });
    return 3;
  }

  /** OSC, DCS and the like are answers of the terminal, never typed. */
  #string(final: boolean, found: Input[]): number {
    const pending = this.#pending;
    const ends = [pending.indexOf(BELL, 2) + 1, pending.indexOf(STRING_END, 2) + 2].filter((end) => end > 2);
    if (ends.length > 0) {
      const size = Math.min(...ends);
      const light = isLight(pending.slice(1, size));
      if (light !== null) found.push({ type: 'background', light });
      return size;
    }
    // An unfinished answer is dropped, not typed.
    if (final && /^\]\d+;/.test(pending.slice(1))) return pending.length;
    if (!final && pending.length < 4096) return 0;
    found.push({ type: 'key', key: `alt+${pending[1]}` });
    return 2;
  }
}

/** Adds one character, with Alt when an ESC stands before it or it is a byte with the eighth bit. */
function push(found: Input[], text: string, alt: boolean): void {
  const byte = strayByte(text);
  const input = byte === null ? plain(text, alt) : plain(String.fromCharCode(byte & 0x7f), true);
  if (input) found.push(input);
}

/** The pending bytes end here: a key when nothing more follows, else a reason to wait. Returns the characters taken. */
function alone(final: boolean, found: Input[], key: string, size: number): number {
  if (!final) return 0;
  found.push({ type: 'key', key });
  return size;
}

/** How many characters at the end of `text` are the beginning of `end`. */
function overlap(text: string, end: string): number {
  for (let size = Math.min(end.length - 1, text.length); size > 0; size--) {
    if (end.startsWith(text.slice(-size))) return size;
  }
  return 0;
}
