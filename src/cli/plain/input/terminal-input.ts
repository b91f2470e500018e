/** Line mode at a terminal, whatever edits the line: readline, or the system where the terminal cannot move its cursor. */
import { hiddenTalk } from './hidden-input.ts';
import type { LineInput } from './line-input.ts';
import { LineQueue, type LineReader } from './line-queue.ts';

/** Reads and draws the line that is being typed. */
export type LineEditor = {
  open(): LineReader;
  /** Text that is typed and not entered. */
  unfinished(): string;
  prompt(text: string): void;
  /** Prints `line` above the line that is typed. `isPrompted`: the prompt stands there, and its line is not entered. */
  print(line: string, isPrompted: boolean): void;
  close(): void;
};

export type TerminalParts = {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  /** Ctrl+C on an empty line. */
  onInterrupt(): void;
};

export function terminalInput({ input, output, onInterrupt }: TerminalParts, editor: LineEditor): LineInput {
  let isPrompted = false;
  let isAsking = false;
  /** Lines to print after the question. */
  const deferred: string[] = [];
  let reader = open();
  const queue = new LineQueue(reader);

  function open(): LineReader {
    const next = editor.open();
    next.on('line', () => {
      isPrompted = false;
    });
    return next;
  }
  function leavePrompt(): void {
    if (isPrompted) output.write('\n');
    isPrompted = false;
  }
  function setAsking(on: boolean): void {
    isAsking = on;
    if (!on) for (const line of deferred.splice(0)) output.write(`${line}\n`);
  }
  return {
    unattended: false,
    lines: () => queue,
    print(line) {
      if (isAsking) deferred.push(line);
      else editor.print(line, isPrompted);
    },
    prompt(text) {
      if (queue.ended) return;
      isPrompted = true;
      editor.prompt(text);
    },
    async hidden(talk) {
      queue.leave(reader);
      const ahead = queue.takeAll() + editor.unfinished();
      reader.close();
      if (ahead !== '') input.unshift(ahead);
      // A command that was typed ahead asks below a prompt that was drawn for the next line.
      leavePrompt();
      try {
        return await hiddenTalk({ input, output, onInterrupt, onAsking: setAsking }, talk);
      } finally {
        if (!queue.ended) {
          reader = open();
          queue.follow(reader);
        }
      }
    },
    close() {
      if (queue.ended && !isPrompted) return;
      queue.end();
      editor.close();
      reader.close();
      leavePrompt();
      setAsking(false);
    },
  };
}
