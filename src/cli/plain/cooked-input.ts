/** Lines of a terminal that cannot move its cursor (TERM=dumb): the system edits them, as it does for `cat`. */
import { hidden } from './hidden-input.ts';
import { type LineInput, Lines } from './line-input.ts';
import { TextLines } from './text-lines.ts';

export type CookedInputParts = {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  /** Ctrl+C; the system has taken away the line that was being typed. */
  onInterrupt(): void;
  /** Sends Ctrl+C there instead of ending the program. The returned function ends it. */
  heed(listener: () => void): () => void;
};

/** Nobody but the system knows what is being typed: what arrives is printed at once, and Ctrl+R shows the line again. */
export function cookedInput({ input, output, onInterrupt, heed }: CookedInputParts): LineInput {
  let shown = '';
  /** The line to type has been announced and not been entered. */
  let drawn = false;
  let asking = false;
  const held: string[] = [];
  let reader = open();
  const queue = new Lines(reader);
  const unheed = heed(onInterrupt);

  function open(): TextLines {
    const next = new TextLines(input);
    next.on('line', () => {
      drawn = false;
    });
    return next;
  }
  const print = (line: string) => {
    if (asking) held.push(line);
    else output.write(drawn ? `\n${line}\n${shown}` : `${line}\n`);
  };
  return {
    unattended: false,
    lines: () => queue,
    print,
    prompt(text) {
      if (queue.ended) return;
      shown = text;
      drawn = true;
      output.write(text);
    },
    async hidden(talk) {
      queue.leave(reader);
      const ahead = queue.takeAll();
      reader.close();
      if (ahead !== '') input.unshift(ahead);
      // A line that was typed ahead asks for it below a prompt that was drawn for the next one.
      if (drawn) output.write('\n');
      drawn = false;
      const onAsking = (on: boolean) => {
        asking = on;
        if (!on) held.splice(0).forEach(print);
      };
      try {
        return await hidden({ input, output, onInterrupt, onAsking }, talk);
      } finally {
        if (!queue.ended) {
          reader = open();
          queue.follow(reader);
        }
      }
    },
    close() {
      if (queue.ended && !drawn) return;
      unheed();
      queue.end();
      reader.close();
      if (drawn) output.write('\n');
      drawn = false;
    },
  };
}
