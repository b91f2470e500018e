/**
 * Stands between the terminal and Ink. Ink and ink-text-input are given plain text only, one piece an event-loop turn, so that
 * each is drawn into the state before the next comes; every other input goes to `onInput`. Order is kept across both ways.
 */
import { PassThrough } from 'node:stream';
import type { Clock } from '../../platform/clock.ts';
import { type Input, KeyReader, type Wait } from './key-reader.ts';
import type { Reply } from './sequences.ts';

/** After so much silence, what the reader waits for does not come. ms. */
const waits: Record<Wait, number> = {
  // A person's Alt chord and most sequences come faster.
  key: 50,
  // The slowest links that are typed on tear a sequence apart for less.
  split: 450,
  rest: 1000,
  // A slow link may stall for long, and what is a paste no longer is typed: its line ends would send.
  paste: 30_000,
};

/** What the gate needs of process.stdin. */
export type Terminal = NodeJS.ReadableStream & {
  isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
  ref?(): unknown;
  unref?(): unknown;
};

export type GateOptions = {
  clock: Clock;
  /** Asked for each text: true when a text field has the focus, so that Ink's component gets it. */
  typing(): boolean;
  onInput(input: Person): void;
  /** At once, whatever was typed before it. */
  onReply?(reply: Reply): void;
  /** The terminal is far away: what it sends may come in pieces. */
  isFar?: boolean;
};

/** What the person did, and what the terminal tells of itself. */
export type Person = Exclude<Input, Reply>;

export class Gate extends PassThrough {
  /** Ink asks for it before it reads keys. */
  readonly isTTY = true;
  readonly #terminal: Terminal;
  readonly #options: GateOptions;
  readonly #reader: KeyReader;
  readonly #queue: Person[] = [];
  #cancelTimeout: (() => void) | null = null;
  #turning = false;

  constructor(terminal: Terminal, options: GateOptions) {
    super();
    this.#terminal = terminal;
    this.#options = options;
    this.#reader = new KeyReader(options.isFar);
    // Now, not when Ink asks after its first picture: until then the system would echo keys and make Enter a line feed.
    terminal.setRawMode?.(true);
    terminal.on('data', this.#take);
  }

  setRawMode(on: boolean): this {
    this.#terminal.setRawMode?.(on);
    return this;
  }

  ref(): this {
    this.#terminal.ref?.();
    return this;
  }

  unref(): this {
    this.#terminal.unref?.();
    return this;
  }

  /** Stops listening. What the person typed but the program has not read yet stays with the terminal. */
  close(): void {
    this.#cancelTimeout?.();
    this.#terminal.off('data', this.#take);
    this.#terminal.setRawMode?.(false);
    this.#terminal.pause();
    this.#queue.length = 0;
  }

  readonly #take = (chunk: Uint8Array | string): void => {
    this.#cancelTimeout?.();
    this.#cancelTimeout = null;
    this.#enqueue(this.#reader.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
    this.#wait();
  };

  #wait(): void {
    const { waitsFor } = this.#reader;
    if (waitsFor === null) return;
    this.#cancelTimeout = this.#options.clock.after(waits[waitsFor], () => {
      this.#cancelTimeout = null;
      this.#enqueue(this.#reader.timeout());
      this.#wait();
    });
  }

  #enqueue(inputs: Input[]): void {
    for (const input of inputs) {
      if (isReply(input)) this.#options.onReply?.(input);
      else this.#queue.push(input);
    }
    if (this.#turning || this.#queue.length === 0) return;
    this.#turning = true;
    this.#turn();
  }

  readonly #turn = (): void => {
    const input = this.#queue.shift();
    if (input === undefined) {
      this.#turning = false;
      return;
    }
    if (input.type === 'text' && this.#options.typing()) this.write(input.text + this.#textAhead());
    else this.#options.onInput(input);
    setImmediate(this.#turn);
  };

  /** Letters of one burst go together. */
  #textAhead(): string {
    let text = '';
    for (let next = this.#queue[0]; next?.type === 'text' && text.length < 64; next = this.#queue[0]) {
      text += next.text;
      this.#queue.shift();
    }
    return text;
  }
}

function isReply(input: Input): input is Reply {
  return input.type === 'cell' || input.type === 'mode' || input.type === 'device';
}
