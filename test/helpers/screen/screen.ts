import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';
import { modernWidths } from '../modern-widths.ts';

export type Screen = {
  rows(): string[];
  write(s: string): void;
  until(ok: (text: string) => boolean, ms?: number): Promise<string>;
  exited: Promise<{ exitCode: number; signal?: number | undefined }>;
  /** Resolves when all output of the program has been drawn. */
  settled(): Promise<void>;
  pid: number;
  kill(s?: string): void;
  /** Closes the window: all later writes of the program fail. */
  hangUp(): void;
  resize(c: number, r: number): void;
  /** The number of bytes that the program has written. */
  bytes(): number;
  /** The terminal modes that the program set and has not reset. */
  modes(): { alternate: boolean; paste: boolean; focus: boolean; cursor: boolean; wrap: boolean };
  /** The cell of the cursor, counted from 0; null while it is hidden. */
  cursor(): { x: number; y: number } | null;
  /** The numbers of bold and of inverse cells. */
  weights(): { bold: number; inverse: number };
  /** Colours of cells other than the default ones. */
  colours(): number[];
  /** How often the program asked for the background colour. */
  asked(): number;
};

/** The terminal is the TERM of `env`; xterm by default. */
export type ScreenOptions = {
  cols?: number;
  rows?: number;
  env?: Record<string, string>;
  /** A terminal without emoji: its columns are not those that the program counts. */
  oldWidths?: boolean;
  /** The answer to a question for the background, as `rgb:ffff/ffff/ffff`; without it there is none. */
  background?: string;
};

/** Runs a program in a real pty with a model of the screen. Tests wait for conditions on the drawn text. */
export function openScreen(file: string, args: string[], opts: ScreenOptions = {}): Screen {
  const cols = opts.cols ?? 100;
  const rows = opts.rows ?? 24;
  const term = new xterm.Terminal({ cols, rows, allowProposedApi: true });
  term.unicode.register(modernWidths);
  term.unicode.activeVersion = opts.oldWidths ? '6' : modernWidths.version;
  // As at a person's terminal: the variable of a build server would turn colours off.
  const { NO_COLOR: _, FORCE_COLOR: __, CI: ___, ...inherited } = process.env;
  const pty = spawn(file, args, {
    cols,
    rows,
    name: opts.env?.TERM ?? 'xterm-256color',
    env: { ...inherited, ...opts.env } as Record<string, string>,
  });
  const checks = new Set<() => void>();
  let bytes = 0;
  let waiting = 0;
  let cursor = true;
  pty.onData((d) => {
    bytes += Buffer.byteLength(d);
    waiting++;
    const shown = d.lastIndexOf('\x1b[?25h');
    const hidden = d.lastIndexOf('\x1b[?25l');
    if (shown !== hidden) cursor = shown > hidden;
    term.write(d, () => {
      waiting--;
      for (const c of checks) c();
    });
  });
  term.onData((d) => pty.write(d));
  let asked = 0;
  term.parser.registerOscHandler(11, (data) => {
    if (data !== '?') return false;
    asked++;
    if (opts.background !== undefined) pty.write(`\x1b]11;${opts.background}\x1b\\`);
    return true;
  });
  const text = (): string[] =>
    Array.from(
      { length: term.rows },
      (_, i) => term.buffer.active.getLine(term.buffer.active.viewportY + i)?.translateToString(true) ?? '',
    );
  const until = (ok: (text: string) => boolean, ms = 20_000): Promise<string> =>
    new Promise((done, fail) => {
      const timer = setTimeout(() => {
        checks.delete(check);
        fail(new Error(`not seen:\n${text().join('\n')}`));
      }, ms);
      const check = (): void => {
        const s = text().join('\n');
        if (ok(s)) {
          clearTimeout(timer);
          checks.delete(check);
          done(s);
        }
      };
      checks.add(check);
      check();
    });
  return {
    rows: text,
    pid: pty.pid,
    until,
    write: (s) => pty.write(s),
    kill: (s) => {
      try {
        pty.kill(s);
      } catch {
        // It has ended already.
      }
    },
    hangUp: () => (pty as unknown as { destroy(): void }).destroy(),
    resize: (c, r) => {
      pty.resize(c, r);
      term.resize(c, r);
    },
    exited: new Promise((done) => {
      pty.onExit(done);
    }),
    settled: async () => {
      await until(() => waiting === 0);
    },
    bytes: () => bytes,
    asked: () => asked,
    modes: () => ({
      alternate: term.buffer.active.type === 'alternate',
      paste: term.modes.bracketedPasteMode,
      focus: term.modes.sendFocusMode,
      cursor,
      wrap: term.modes.wraparoundMode,
    }),
    cursor: () => (cursor ? { x: term.buffer.active.cursorX, y: term.buffer.active.cursorY } : null),
    weights: () => {
      const found = { bold: 0, inverse: 0 };
      for (let y = 0; y < term.rows; y++)
        for (let x = 0; x < term.cols; x++) {
          const cell = term.buffer.active.getLine(y)?.getCell(x);
          if (cell?.isBold()) found.bold++;
          if (cell?.isInverse()) found.inverse++;
        }
      return found;
    },
    colours: () => {
      const found = new Set<number>();
      for (let y = 0; y < term.rows; y++) {
        const line = term.buffer.active.getLine(y);
        for (let x = 0; x < term.cols; x++) {
          const cell = line?.getCell(x);
          if (cell && !cell.isFgDefault()) found.add(cell.getFgColor());
          if (cell && !cell.isBgDefault()) found.add(cell.getBgColor());
        }
      }
      return [...found];
    },
  };
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Answers yes to `question`: presses Enter until it counts, because it does not before the question can have been read. */
export async function answerYes(screen: Screen, question: string): Promise<void> {
  screen.write('\r');
  const again = setInterval(() => screen.write('\r'), 250);
  await screen.until((text) => !text.includes(question)).finally(() => clearInterval(again));
}
