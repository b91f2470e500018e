/**
 * Folder `plain/input`: lines from a terminal or a pipe, and hidden answers; it does not know what the lines mean. Where line
 * mode takes its lines from and prints to: a pipe here, a terminal in terminal-input.
 */
import type { AskHidden } from './hidden-input.ts';
import { LineQueue } from './line-queue.ts';
import { TextLines } from './text-lines.ts';

export type LineInput = {
  /** The lines until the end of input; null for a line that is not UTF-8. */
  lines(): AsyncIterable<string | null>;
  /** Prints a whole line; the line that is being typed stays as it is. */
  print(line: string): void;
  /** Shows `text` before the line to type. */
  prompt(text: string): void;
  /**
   * Runs `talk`, whose questions are answered without echo: keys that are typed until it ends answer it, or are dropped.
   * Resolves to null when nobody can be asked.
   */
  hidden<T>(talk: (ask: AskHidden) => Promise<T>): Promise<T | null>;
  /** Nobody is there to type a refused line again. */
  readonly unattended: boolean;
  close(): void;
};

/** Lines of a pipe that may wait; with more the pipe is not read on. */
const PIPE_AHEAD = 1000;

export function pipeInput(input: NodeJS.ReadableStream, output: { write(text: string): unknown }): LineInput {
  const reader = new TextLines(input);
  const queue = new LineQueue(reader, PIPE_AHEAD);
  return {
    lines: () => queue,
    print: (line) => void output.write(`${line}\n`),
    prompt: () => {},
    hidden: async () => null,
    unattended: true,
    close: () => queue.end(),
  };
}
