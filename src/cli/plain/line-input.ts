/** Where the lines of line mode come from and where its words go: a terminal with a line being typed, or a pipe. */
import { createInterface, type Interface } from 'node:readline';
import { type Ask, hidden } from './hidden-input.ts';
import { TextLines } from './text-lines.ts';

export type LineInput = {
  /** What is typed, one line after the other, until it ends; null for a line that is no UTF-8. */
  lines(): AsyncIterable<string | null>;
  /** Prints a whole line; one that is being typed stays as it is. */
  print(line: string): void;
  /** What stands before the line to type. */
  prompt(text: string): void;
  /** A talk of which nothing is shown: what is typed until it ends answers it, or is dropped. null when nobody can be asked. */
  hidden<T>(talk: (ask: Ask) => Promise<T>): Promise<T | null>;
  /** Nobody is there who could write a line again that was not taken. */
  readonly unattended: boolean;
  close(): void;
};

/** Rows between the start of the drawn line and the cursor; readline moves up by them before it draws the line again. */
type Drawn = Interface & { prevRows: number };

type Out = { write(text: string): unknown };

/** Whatever tells lines. */
type Reader = Interface | TextLines;

/** Lines of a pipe that may wait to be taken: then it is not read on until they are. */
const PIPE_AHEAD = 1000;

export function pipeInput(input: NodeJS.ReadableStream, output: Out): LineInput {
  const reader = new TextLines(input);
  const queue = new Lines(reader, PIPE_AHEAD);
  return {
    lines: () => queue,
    print: (line) => void output.write(`${line}\n`),
    prompt: () => {},
    hidden: async () => null,
    unattended: true,
    close: () => queue.end(),
  };
}

export type TerminalInputParts = {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  /** Words that the one before the cursor may become; with them, the whole text before it. */
  complete(before: string): string[];
  /** Ctrl+C on an empty line. */
  onInterrupt(): void;
  /** Ctrl+Z, with the terminal as the shell has it: resolves after fg. @returns whether there was a shell to stop for */
  stop(): Promise<boolean>;
};

export function terminalInput({ input, output, complete, onInterrupt, stop }: TerminalInputParts): LineInput {
  let shown = '';
  /** The line to type has been drawn and not been entered. */
  let drawn = false;
  let asking = false;
  const held: string[] = [];
  let reader = open();
  const queue = new Lines(reader);

  function open(): Drawn {
    const next = createInterface({
      input,
      output,
      terminal: true,
      completer: (before: string) => [complete(before), before],
    }) as Drawn;
    next.on('SIGINT', () => {
      if (next.line === '') return onInterrupt();
      next.write(null, { ctrl: true, name: 'e' });
      next.write(null, { ctrl: true, name: 'u' });
    });
    // By itself, readline would not read on after fg.
    next.on('SIGTSTP', async () => {
      input.setRawMode(false);
      const isBelow = await stop();
      if (queue.ended || asking) return;
      input.setRawMode(true);
      if (isBelow) next.prevRows = 0;
      next.prompt(true);
    });
    next.on('line', () => {
      drawn = false;
      release();
    });
    return next;
  }
  function release(): void {
    for (const line of held.splice(0)) output.write(`${line}\n`);
  }
  const print = (line: string) => {
    if (asking) return void held.push(line);
    if (queue.ended || (!drawn && reader.line === '')) return void output.write(`${line}\n`);
    // What is being typed is taken away, as many rows as it has above the cursor, and drawn again below.
    const { rows } = reader.getCursorPos();
    output.write(`${rows > 0 ? `\u001b[${rows}A` : ''}\r\u001b[J${line}\n`);
    reader.prevRows = 0;
    reader.prompt(true);
  };
  return {
    unattended: false,
    lines: () => queue,
    print,
    prompt(text) {
      if (queue.ended) return;
      shown = text;
      reader.setPrompt(text);
      drawn = true;
      reader.prompt(true);
    },
    async hidden(talk) {
      queue.leave(reader);
      const ahead = queue.takeAll() + reader.line;
      reader.close();
      if (ahead !== '') input.unshift(ahead);
      // A line that was typed ahead asks for it below a prompt that was drawn for the next one.
      if (drawn) output.write('\n');
      drawn = false;
      const onAsking = (on: boolean) => {
        asking = on;
        if (!on) release();
      };
      try {
        return await hidden({ input, output, onInterrupt, onAsking }, talk);
      } finally {
        if (!queue.ended) {
          reader = open();
          queue.follow(reader);
          reader.setPrompt(shown);
        }
      }
    },
    close() {
      if (queue.ended && !drawn) return;
      queue.end();
      reader.close();
      if (drawn) output.write('\n');
      drawn = false;
      release();
    },
  };
}

/** The lines of a reader, kept until they are asked for. Another reader may take over. */
export class Lines implements AsyncIterable<string | null> {
  readonly #waiting: (string | null)[] = [];
  readonly #most: number;
  #reader: Reader;
  #halted = false;
  #wake: () => void = () => {};
  #ended = false;
  readonly #take = (line: string | null): void => {
    this.#waiting.push(line);
    if (this.#waiting.length >= this.#most) this.#halt(true);
    this.#wake();
  };

  /** With `most` lines waiting the reader is halted. A person at a terminal is always listened to: Ctrl+C is among the keys. */
  constructor(reader: Reader, most = Number.POSITIVE_INFINITY) {
    this.#most = most;
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

  follow(reader: Reader): void {
    this.#reader = reader;
    reader.on('line', this.#take);
    reader.on('close', this.end);
  }

  /** Takes all lines that wait, as they were typed. */
  takeAll(): string {
    return this.#waiting
      .splice(0)
      .map((line) => `${line ?? ''}\r`)
      .join('');
  }

  leave(reader: Reader): void {
    reader.off('line', this.#take);
    reader.off('close', this.end);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string | null> {
    for (;;) {
      const line = this.#waiting.shift();
      if (line !== undefined) yield line;
      else if (this.#ended) return;
      else {
        this.#halt(false);
        await new Promise<void>((done) => {
          this.#wake = done;
        });
      }
    }
  }

  #halt(on: boolean): void {
    if (on === this.#halted) return;
    this.#halted = on;
    if (on) this.#reader.pause();
    else this.#reader.resume();
  }
}
