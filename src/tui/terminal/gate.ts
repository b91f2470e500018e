/**
 * Folder `terminal`: the terminal: bytes to keys, modes, signals, measurements; it knows no chat. The only reader of standard
 * input. Turns its bytes into inputs and hands them on in order, one a turn of the event loop, so that what one input starts
 * has begun before the next comes. Knows no field and no state.
 */
import type { Clock } from '../../platform/clock.ts';
import { type Input, KeyReader, type Wait } from './key-reader.ts';
import type { TerminalReply } from './sequences.ts';

/** How long the reader waits for the rest of an input. ms. */
const waits: Record<Wait, number> = {
  // A person's Alt chord and most sequences come faster.
  key: 50,
  // Enough for the slowest links on which a person still types.
  split: 450,
  rest: 1000,
  // A slow link may stall for long, and a paste that is ended too early becomes typing: its line ends would send.
  paste: 30_000,
};

/** Most characters of one text input. */
const MAX_TEXT = 64;

/** The part of process.stdin that the gate uses. */
export type TerminalStream = NodeJS.ReadableStream & { setRawMode?(on: boolean): unknown };

export type GateOptions = {
  clock: Clock;
  onInput(input: UserInput): void;
  /** Called at once, ahead of the inputs that wait for their turn. */
  onReply?(reply: TerminalReply): void;
  /** The terminal is at the other end of a network: a sequence may arrive in pieces. */
  isFar?: boolean;
};

/** Keys, text, pastes and reports; not the terminal's answers to our questions. */
export type UserInput = Exclude<Input, TerminalReply>;

export class Gate {
  readonly #terminal: TerminalStream;
  readonly #options: GateOptions;
  readonly #reader: KeyReader;
  readonly #queue: UserInput[] = [];
  #cancelTimeout: (() => void) | null = null;
  #turning = false;

  constructor(terminal: TerminalStream, options: GateOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.#reader = new KeyReader(options.isFar);
    this.setRawMode(true);
    terminal.on('data', this.#take);
    // A question before the screen may have paused it.
    terminal.resume();
  }

  /** In raw mode each key arrives as it is pressed and the system echoes nothing. */
  setRawMode(on: boolean): void {
    this.#terminal.setRawMode?.(on);
  }

  /** Stops reading and ends raw mode. What was typed but not read yet stays with the terminal. */
  close(): void {
    this.#cancelTimeout?.();
    this.#terminal.off('data', this.#take);
    this.setRawMode(false);
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
    this.#options.onInput(input.type === 'text' ? this.#burst(input.text) : input);
    setImmediate(this.#turn);
  };

  /** Joins the text that follows in the queue, so that a fast burst is one change of the state. */
  #burst(first: string): UserInput {
    let text = first;
    for (let next = this.#queue[0]; next?.type === 'text' && text.length < MAX_TEXT; next = this.#queue[0]) {
      text += next.text;
      this.#queue.shift();
    }
    return { type: 'text', text };
  }
}

function isReply(input: Input): input is TerminalReply {
  return input.type === 'cell' || input.type === 'mode' || input.type === 'device';
}
