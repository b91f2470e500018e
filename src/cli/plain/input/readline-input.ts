/** A terminal whose line readline edits. */
import { createInterface, type Interface } from 'node:readline';
import type { LineInput } from './line-input.ts';
import { type TerminalParts, terminalInput } from './terminal-input.ts';

export type ReadlineInputParts = TerminalParts & {
  /** Completions of the text before the cursor, each with that whole text. */
  complete(before: string): string[];
  /** Ctrl+Z: stops the program with the terminal as the shell has it. Resolves after fg, to whether there was a shell. */
  stop(): Promise<boolean>;
};

/** `prevRows`: rows between the start of the drawn line and the cursor; readline moves up by them before it draws the line again. */
type Drawn = Interface & { prevRows: number };

export function readlineInput(parts: ReadlineInputParts): LineInput {
  const { input, output, complete, onInterrupt, stop } = parts;
  let shown = '';
  let reader: Drawn;
  let isClosed = false;

  function open(): Drawn {
    const opened = createInterface({
      input,
      output,
      terminal: true,
      completer: (before: string) => [complete(before), before],
    }) as Drawn;
    opened.setPrompt(shown);
    opened.on('SIGINT', () => {
      if (opened.line === '') return onInterrupt();
      opened.write(null, { ctrl: true, name: 'e' });
      opened.write(null, { ctrl: true, name: 'u' });
    });
    opened.on('close', () => {
      if (opened === reader) isClosed = true;
    });
    // Left alone, readline does not read on after fg.
    opened.on('SIGTSTP', async () => {
      input.setRawMode(false);
      const isBelow = await stop();
      if (isClosed || opened !== reader) return;
      input.setRawMode(true);
      if (isBelow) opened.prevRows = 0;
      opened.prompt(true);
    });
    reader = opened;
    isClosed = false;
    return opened;
  }
  return terminalInput(parts, {
    open,
    unfinished: () => reader.line,
    prompt(text) {
      shown = text;
      reader.setPrompt(text);
      reader.prompt(true);
    },
    print(line, isPrompted) {
      if (isClosed || (!isPrompted && reader.line === '')) return void output.write(`${line}\n`);
      // The typed line is removed, as many rows as it has above the cursor, and drawn again below.
      const { rows } = reader.getCursorPos();
      output.write(`${rows > 0 ? `\u001b[${rows}A` : ''}\r\u001b[J${line}\n`);
      reader.prevRows = 0;
      reader.prompt(true);
    },
    close() {},
  });
}
