/** A terminal that cannot move its cursor (TERM=dumb): the system edits the line, as it does for `cat`. */
import type { LineInput } from './line-input.ts';
import { type TerminalParts, terminalInput } from './terminal-input.ts';
import { TextLines } from './text-lines.ts';

export type CookedInputParts = TerminalParts & {
  /** Calls `listener` on Ctrl+C instead of ending the program. The returned function ends that. */
  onSigint(listener: () => void): () => void;
};

/** Only the system knows the typed text: a line that arrives is printed at once, and Ctrl+R shows the typed text again. */
export function cookedInput(parts: CookedInputParts): LineInput {
  const { input, output, onInterrupt, onSigint } = parts;
  const offSigint = onSigint(onInterrupt);
  let shown = '';
  return terminalInput(parts, {
    open: () => new TextLines(input),
    unfinished: () => '',
    prompt(text) {
      shown = text;
      output.write(text);
    },
    print: (line, isPrompted) => void output.write(isPrompted ? `\n${line}\n${shown}` : `${line}\n`),
    close: offSigint,
  });
}
