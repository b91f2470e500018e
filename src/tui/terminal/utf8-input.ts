/**
 * Decodes the bytes of a keyboard. A byte that is no part of a character becomes STRAY plus its value: a terminal without UTF-8
 * sends Alt as the eighth bit.
 */

/** Half of a surrogate pair, which UTF-8 cannot contain. */
const STRAY = 0xdc00;

export class Utf8Input {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #rest: Uint8Array = new Uint8Array(0);

  /** The start of a character arrived, and not its end. */
  get isWaiting(): boolean {
    return this.#rest.length > 0;
  }

  push(chunk: Uint8Array): string {
    const bytes = this.isWaiting ? Buffer.concat([this.#rest, chunk]) : chunk;
    let text = '';
    let from = 0;
    let at = 0;
    const take = (): void => {
      text += this.#decoder.decode(bytes.subarray(from, at));
    };
    while (at < bytes.length) {
      const size = sizeAt(bytes, at);
      if (size === null) break;
      if (size > 0) {
        at += size;
        continue;
      }
      take();
      text += stray(bytes[at] as number);
      from = ++at;
    }
    take();
    this.#rest = bytes.slice(at);
    return text;
  }

  /** The rest of a character did not arrive: its bytes are stray. */
  flush(): string {
    const text = Array.from(this.#rest, stray).join('');
    this.#rest = new Uint8Array(0);
    return text;
  }
}

/** The value of a stray byte; null for a character. */
export function strayByte(character: string): number | null {
  const byte = character.charCodeAt(0) - STRAY;
  return character.length === 1 && byte >= 0x80 && byte <= 0xff ? byte : null;
}

/** Replaces stray bytes by U+FFFD, as a decoder does. */
export function withoutStray(text: string): string {
  return text.replace(/[\udc80-\udcff]/gu, '\ufffd');
}

function stray(byte: number): string {
  return String.fromCharCode(STRAY + byte);
}

/** The size of the character at `at` in bytes; 0 where none starts, null when its end is missing. RFC 3629, section 4. */
function sizeAt(bytes: Uint8Array, at: number): number | null {
  const lead = bytes[at] as number;
  if (lead < 0x80) return 1;
  const size =
    lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  for (let i = 1; i < size; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return null;
    const [low, high] = i === 1 ? (second[lead] ?? anyTail) : anyTail;
    if (byte < low || byte > high) return 0;
  }
  return size;
}

const anyTail: readonly [number, number] = [0x80, 0xbf];
const second: Readonly<Record<number, readonly [number, number]>> = {
  224: [0xa0, 0xbf],
  237: [0x80, 0x9f],
  240: [0x90, 0xbf],
  244: [0x80, 0x8f],
};
