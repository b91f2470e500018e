/**
 * Reads lines from a stream byte for byte: only LF, with or without CR before it, ends a line. readline also ends lines at U+2028
 * and at a bare CR.
 */
import { EventEmitter } from 'node:events';

const LF = 0x0a;
const CR = 0x0d;

/** `line` is null for bytes that are not UTF-8. Bytes after the last LF are a line, too. */
export class TextLines extends EventEmitter<{ line: [string | null]; close: [] }> {
  readonly #input: NodeJS.ReadableStream;
  /** The bytes of the unfinished line. */
  #unfinished: Buffer[] = [];
  #closed = false;

  constructor(input: NodeJS.ReadableStream) {
    super();
    this.#input = input;
    input.on('data', this.#take);
    input.on('end', this.#finish);
    input.on('close', this.#finish);
    input.resume();
  }

  pause(): void {
    this.#input.pause();
  }

  resume(): void {
    if (!this.#closed) this.#input.resume();
  }

  /** Drops the unfinished line. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#input.off('data', this.#take);
    this.#input.off('end', this.#finish);
    this.#input.off('close', this.#finish);
    this.#input.pause();
    this.emit('close');
  }

  readonly #take = (chunk: Uint8Array | string): void => {
    const bytes = Buffer.from(chunk as Uint8Array);
    let from = 0;
    for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, from)) {
      this.#unfinished.push(bytes.subarray(from, at));
      from = at + 1;
      this.#end();
    }
    if (from < bytes.length) this.#unfinished.push(bytes.subarray(from));
  };

  #end(): void {
    const line = Buffer.concat(this.#unfinished);
    this.#unfinished = [];
    this.emit('line', textOf(line.at(-1) === CR ? line.subarray(0, -1) : line));
  }

  readonly #finish = (): void => {
    if (this.#unfinished.length > 0) this.#end();
    this.close();
  };
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
