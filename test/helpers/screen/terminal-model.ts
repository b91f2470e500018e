/** A terminal without a process: it draws what is written, with its own widths, and answers queries. */
import xterm from '@xterm/headless';
import { modernWidths } from '../modern-widths.ts';

type Provider = Parameters<xterm.Terminal['unicode']['register']>[0];

/** Widths of single code points, as `wcwidth` gives them. */
function apart(version: string, width: (codepoint: number) => 0 | 1 | 2): Provider {
  const charProperties = (codepoint: number, preceding: number): number => {
    const cells = width(codepoint);
    const joins = cells === 0 && preceding !== 0;
    return ((joins ? (preceding >> 1) & 3 : cells) << 1) | (joins ? 1 : 0);
  };
  return { version, wcwidth: width, charProperties } as Provider;
}

const isFlagLetter = (codepoint: number) => codepoint >= 0x1f1e6 && codepoint <= 0x1f1ff;
const isRecent = (codepoint: number) => codepoint >= 0x1fae8;

const ZWJ = 0x200d;
/** The code point before, as far as it decides the width of the next. */
const after = { nothing: 0, joiner: 1, flagLetter: 2 } as const;

/** Widths of whole clusters, as in terminals with mode 2027. */
const joined: Provider = {
  version: 'joined',
  wcwidth: modernWidths.wcwidth,
  charProperties(codepoint: number, preceding: number): number {
    const [width, last] = [(preceding >> 1) & 3, preceding >> 3];
    const cells = modernWidths.wcwidth(codepoint);
    const state = (next: number, size: number, joins: boolean) => (next << 3) | (size << 1) | (joins ? 1 : 0);
    if (preceding === 0) return state(isFlagLetter(codepoint) ? after.flagLetter : after.nothing, cells, false);
    if (codepoint === 0xfe0f || (last === after.flagLetter && isFlagLetter(codepoint)))
      return state(after.nothing, 2, true);
    const isTone = codepoint >= 0x1f3fb && codepoint <= 0x1f3ff && width === 2;
    if (codepoint === ZWJ) return state(after.joiner, width, true);
    if (isTone || cells === 0 || last === after.joiner) return state(after.nothing, width, true);
    return state(isFlagLetter(codepoint) ? after.flagLetter : after.nothing, cells, false);
  },
} as Provider;

/** Splits joined sequences, as xterm does. */
const wcwidth = apart('apart', (codepoint) => modernWidths.wcwidth(codepoint));
/** Flags take four cells, new emoji one, and joiners are visible. */
const odd = apart('odd', (codepoint) =>
  codepoint === ZWJ ? 1 : isFlagLetter(codepoint) ? 2 : isRecent(codepoint) ? 1 : modernWidths.wcwidth(codepoint),
);

export type ModelOptions = {
  columns: number;
  rows: number;
  widths: 'joined' | 'apart' | 'odd' | '6';
  /** Joins clusters once mode 2027 is set, and reports that it can. */
  clusters?: boolean;
  /** Answers no query. */
  mute?: boolean;
};

export function terminalModel({ columns, rows, widths, clusters = false, mute = false }: ModelOptions) {
  const term = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  for (const provider of [joined, wcwidth, odd]) term.unicode.register(provider);
  term.unicode.activeVersion = widths;
  const answers: string[] = [];
  const modes: string[] = [];
  let listener = (_: string): void => {};
  const answer = (text: string): void => {
    if (mute) return;
    answers.push(text);
    listener(text);
  };
  term.onData(answer);
  const onMode = (final: 'h' | 'l') =>
    term.parser.registerCsiHandler({ prefix: '?', final }, (parameters) => {
      if (parameters[0] !== 2027) return false;
      modes.push(final);
      if (clusters) term.unicode.activeVersion = final === 'h' ? 'joined' : widths;
      return true;
    });
  onMode('h');
  onMode('l');
  term.parser.registerCsiHandler({ prefix: '?', intermediates: '$', final: 'p' }, (parameters) => {
    if (parameters[0] !== 2027) return false;
    answer(`\x1b[?2027;${clusters ? 2 : 0}$y`);
    return true;
  });
  return {
    answers,
    /** How mode 2027 was set and reset. */
    modes,
    onAnswer: (next: (text: string) => void) => {
      listener = next;
    },
    /** Resolves when the text is drawn. */
    write: (text: string) => new Promise<void>((done) => term.write(text, done)),
    cell: (x: number, y: number) =>
      term.buffer.active
        .getLine(term.buffer.active.viewportY + y)
        ?.getCell(x)
        ?.getChars() ?? '',
    lines: () =>
      Array.from(
        { length: rows },
        (_, y) => term.buffer.active.getLine(term.buffer.active.viewportY + y)?.translateToString(true) ?? '',
      ),
    cursor: () => ({ x: term.buffer.active.cursorX, y: term.buffer.active.cursorY }),
  };
}
