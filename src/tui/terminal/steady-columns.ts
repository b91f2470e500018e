/**
 * Keeps columns where the program counts them: after text that terminals draw with different widths, moves the cursor to its
 * counted column (CHA), so that a wrong guess moves nothing that follows.
 */
import { width } from '../width/measure.ts';

const ESC = '\x1b';
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Characters that every terminal draws in one cell, and those of frames. */
const narrow =
  /^[\p{Cc}\u0020-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u2190-\u21ff\u2295-\u22a0\u2500-\u259f\u25a0-\u25fc✓-✗✎]*$/u;
/** Characters that every terminal draws in two cells. */
const wide = /^[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]$/u;
const sequence = new RegExp(
  `${ESC}(?:\\[([?\\d;]*)([A-Za-z])|[\\]P][^${ESC}\\u0007]*(?:\\u0007|${ESC}\\\\))|[\\r\\n]`,
  'gu',
);
const ALTERNATE = `${ESC}[?1049h`;
const MAIN = `${ESC}[?1049l`;

class SteadyColumns {
  #column = 0;
  #alternate: boolean;

  /** `alternate`: the alternate screen is shown already. */
  constructor(alternate = false) {
    this.#alternate = alternate;
  }

  /** Returns `text` as it is written to the terminal. */
  pass(text: string): string {
    if (text === ALTERNATE) {
      const was = this.#alternate;
      this.#alternate = true;
      this.#column = 0;
      // Switching twice would lose the saved cursor position.
      return was ? '' : `${ALTERNATE}${ESC}[H`;
    }
    if (text.includes(MAIN)) this.#alternate = false;
    if (narrow.test(text)) return text;
    let out = '';
    let from = 0;
    for (const match of text.matchAll(sequence)) {
      out += this.#letters(text.slice(from, match.index)) + match[0];
      from = match.index + match[0].length;
      this.#moved(match[0], match[1] ?? '', match[2] ?? '');
    }
    return out + this.#letters(text.slice(from));
  }

  #moved(all: string, parameters: string, letter: string): void {
    if (all === '\n' || all === '\r' || letter === 'E' || letter === 'F') this.#column = 0;
    else if (letter === 'G') this.#column = Math.max(0, (Number(parameters) || 1) - 1);
    else if (letter === 'H') this.#column = Math.max(0, (Number(parameters.split(';')[1]) || 1) - 1);
  }

  #letters(text: string): string {
    if (narrow.test(text)) {
      this.#column += text.length;
      return text;
    }
    let out = '';
    let isSure = true;
    const settle = (): void => {
      if (!isSure) out += this.#here();
      isSure = true;
    };
    for (const { segment } of segmenter.segment(text)) {
      const cells = width(segment);
      // A run of wide characters is corrected once, at its end.
      const isWide = wide.test(segment);
      if (!isWide) settle();
      const isNarrow = narrow.test(segment);
      // Blank the cells first, in the style of the text, in case it is drawn narrower.
      if (!isWide && !isNarrow && cells > 1) out += ' '.repeat(cells) + this.#here();
      out += segment;
      this.#column += cells;
      isSure = isNarrow;
      if (!isWide) settle();
    }
    settle();
    return out;
  }

  /** Moves the cursor to the counted column. */
  #here(): string {
    return `${ESC}[${this.#column + 1}G`;
  }
}

/** Wraps `stdout` for Ink. */
export function withSteadyColumns(stdout: NodeJS.WriteStream, alternate: boolean): NodeJS.WriteStream {
  const steady = new SteadyColumns(alternate);
  const write = (text: unknown, ...rest: unknown[]): boolean =>
    Reflect.apply(stdout.write, stdout, [typeof text === 'string' ? steady.pass(text) : text, ...rest]) as boolean;
  return new Proxy(stdout, {
    get(target, name) {
      if (name === 'write') return write;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
