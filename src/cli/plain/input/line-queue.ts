import type { Interface } from 'node:readline';
import type { TextLines } from './text-lines.ts';

/** A source of `line` events. */
export type LineReader = Interface | TextLines;

/** Holds the lines of a reader until they are taken. Another reader may take over. */
export class LineQueue implements AsyncIterable<string | null> {
  readonly #waiting: (string | null)[] = [];
  readonly #limit: number;
  #reader: LineReader;
  #paused = false;
  #wake: () => void = () => {};
  #ended = false;
  readonly #take = (line: string | null): void => {
    this.#waiting.push(line);
    if (this.#waiting.length >= this.#limit) this.#pause(true);
    this.#wake();
  };

  /** With `limit` lines waiting the reader is paused. Keys of a terminal are always read: Ctrl+C is one of them. */
  constructor(reader: LineReader, limit = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
    this.#reader = reader;
    this.follow(reader);
  }

  get ended(): boolean {
    return this.#ended;
  }

  readonly end = (): void => {
    this.#ended = true;
    this.#wake();
  };

  follow(reader: LineReader): void {
    this.#reader = reader;
    reader.on('line', this.#take);
    reader.on('close', this.end);
  }

  /** Takes all lines that wait, as the keys that typed them. */
  takeAll(): string {
    return this.#waiting
      .splice(0)
      .map((line) => `${line ?? ''}\r`)
      .join('');
  }

  leave(reader: LineReader): void {
    reader.off('line', this.#take);
    reader.off('close', this.end);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string | null> {
    for (;;) {
      const line = this.#waiting.shift();
      if (line !== undefined) yield line;
      else if (this.#ended) return;
      else {
        this.#pause(false);
        await new Promise<void>((done) => {
          this.#wake = done;
        });
      }
    }
  }

  #pause(on: boolean): void {
    if (on === this.#paused) return;
    this.#paused = on;
    if (on) this.#reader.pause();
    else this.#reader.resume();
  }
}
