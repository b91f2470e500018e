/** Draws a terminal as an SVG. Box characters become lines, so that no font leaves gaps between them. */
import type { IBufferCell, Terminal } from '@xterm/headless';

const CELL = { width: 8.4, height: 19 };
const FONT_SIZE = 14;
const MARGIN = 14;
const BAR = 34;
const FOREGROUND = '#d5dae4';
const BACKGROUND = '#171a21';
const FONTS =
  "ui-monospace, 'SF Mono', 'Cascadia Mono', 'JetBrains Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";
/** The first sixteen colours of most terminals. */
const ANSI = [
  ...['#3b4252', '#f7768e', '#9ece6a', '#e0af68', '#7aa2f7', '#bb9af7', '#7dcfff', '#c0caf5'],
  ...['#5b6377', '#ff8a9f', '#b4e07d', '#f0c580', '#9ab8ff', '#ccb1ff', '#9be0ff', '#ffffff'],
];

type Style = { color: string; background: string; bold: boolean; italic: boolean; underline: boolean };
type Run = Style & { column: number; cells: number; text: string };

/** The directions of the strokes of each box character, from the middle of its cell. */
const strokes: Readonly<Record<string, string>> = {
  '─': 'lr',
  '│': 'ud',
  '┌': 'rd',
  '╭': 'rd',
  '┐': 'ld',
  '╮': 'ld',
  '└': 'ru',
  '╰': 'ru',
  '┘': 'lu',
  '╯': 'lu',
  '├': 'udr',
  '┤': 'udl',
  '┬': 'lrd',
  '┴': 'lru',
  '┼': 'lrud',
};

/** The current content of `terminal` as an SVG window with `title`. */
export function terminalSvg(terminal: Terminal, title: string): string {
  const width = round(terminal.cols * CELL.width + 2 * MARGIN);
  const height = round(terminal.rows * CELL.height + BAR + MARGIN);
  const body = Array.from({ length: terminal.rows }, (_, row) => drawRow(runsOf(terminal, row), row)).join('');
  const dots = ['#f7768e', '#e0af68', '#9ece6a'].map(
    (fill, i) => `<circle cx="${20 + i * 18}" cy="17" r="5.5" fill="${fill}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${markup(title)}">
<rect width="${width}" height="${height}" rx="9" fill="${BACKGROUND}"/>
${dots.join('')}
<g font-family="${FONTS}" font-size="${FONT_SIZE}" fill="${FOREGROUND}" xml:space="preserve" style="white-space:pre">
<text x="${width / 2}" y="22" text-anchor="middle" font-size="13" fill="#8b94a3">${markup(title)}</text>
${body}${drawCursor(terminal)}</g>
</svg>
`;
}

/** Joins neighbouring cells of one style to runs. Leaves out blanks without a background. */
function runsOf(terminal: Terminal, row: number): Run[] {
  const line = terminal.buffer.active.getLine(terminal.buffer.active.viewportY + row);
  const runs: Run[] = [];
  for (let column = 0; line !== undefined && column < terminal.cols; column++) {
    const cell = line.getCell(column);
    if (cell === undefined || cell.getWidth() === 0) continue;
    const style = styleOf(cell);
    const text = cell.getChars() || ' ';
    const last = runs.at(-1);
    const joins = last !== undefined && last.column + last.cells === column && sameStyle(last, style);
    // Wide characters and box characters are runs of their own, so that they cannot shift the text after them.
    const alone = (each: string) => each in strokes || cell.getWidth() > 1;
    if (joins && !alone(text) && !(last.text in strokes) && last.cells === last.text.length) {
      last.text += text;
      last.cells++;
    } else runs.push({ ...style, column, cells: cell.getWidth(), text });
  }
  return runs;
}

function styleOf(cell: IBufferCell): Style {
  const color = cell.isFgDefault() ? FOREGROUND : colorOf(cell.getFgColor(), cell.isFgRGB());
  const background = cell.isBgDefault() ? BACKGROUND : colorOf(cell.getBgColor(), cell.isBgRGB());
  const inverse = cell.isInverse() !== 0;
  return {
    color: inverse ? background : color,
    background: inverse ? color : background,
    bold: cell.isBold() !== 0,
    italic: cell.isItalic() !== 0,
    underline: cell.isUnderline() !== 0,
  };
}

/** A colour number of xterm.js: 0xrrggbb, or an index of the palette of 256. */
export function colorOf(color: number, rgb: boolean): string {
  const hex = (value: number): string => `#${value.toString(16).padStart(6, '0')}`;
  if (rgb) return hex(color);
  if (color < 16) return ANSI[color] ?? FOREGROUND;
  if (color >= 232) return hex((8 + (color - 232) * 10) * 0x010101);
  const step = (value: number): number => (value === 0 ? 0 : 55 + value * 40);
  const cube = color - 16;
  return hex((step(Math.floor(cube / 36)) << 16) | (step(Math.floor(cube / 6) % 6) << 8) | step(cube % 6));
}

function sameStyle(a: Style, b: Style): boolean {
  return (
    a.color === b.color &&
    a.background === b.background &&
    a.bold === b.bold &&
    a.italic === b.italic &&
    a.underline === b.underline
  );
}

function drawRow(runs: readonly Run[], row: number): string {
  const top = BAR + row * CELL.height;
  const drawn = runs.map(
    (run) => drawBackground(run, top) + (strokes[run.text] ? drawStrokes(run, top) : drawText(run, top)),
  );
  return drawn.some(Boolean) ? `${drawn.join('')}\n` : '';
}

function drawBackground({ column, cells, background }: Run, top: number): string {
  if (background === BACKGROUND) return '';
  return `<rect x="${left(column)}" y="${top}" width="${round(cells * CELL.width)}" height="${CELL.height}" fill="${background}"/>`;
}

function drawText(run: Run, top: number): string {
  const text = run.text.trimEnd();
  const start = text.length - text.trimStart().length;
  if (text === '') return '';
  const cells = run.cells - (run.text.length - text.length) - start;
  const style = [
    run.color === FOREGROUND ? '' : ` fill="${run.color}"`,
    run.bold ? ' font-weight="bold"' : '',
    run.italic ? ' font-style="italic"' : '',
    run.underline ? ' text-decoration="underline"' : '',
    cells > 1 ? ` textLength="${round(cells * CELL.width)}"` : '',
  ].join('');
  return `<text x="${left(run.column + start)}" y="${top + 14}"${style}>${markup(text.trimStart())}</text>`;
}

function drawStrokes({ column, text, color }: Run, top: number): string {
  const x = left(column);
  const [middle, center] = [round(x + CELL.width / 2), top + CELL.height / 2];
  const ends: Record<string, string> = {
    l: `H${x}`,
    r: `H${round(x + CELL.width)}`,
    u: `V${top}`,
    d: `V${top + CELL.height}`,
  };
  const path = [...(strokes[text] ?? '')].map((way) => `M${middle} ${center}${ends[way]}`).join('');
  return `<path d="${path}" stroke="${color}" fill="none"/>`;
}

function drawCursor(terminal: Terminal): string {
  const { cursorX, cursorY } = terminal.buffer.active;
  return `<rect x="${left(cursorX)}" y="${BAR + cursorY * CELL.height + 1}" width="${CELL.width}" height="${CELL.height - 3}" fill="${FOREGROUND}" opacity="0.75"/>\n`;
}

function left(column: number): number {
  return round(MARGIN + column * CELL.width);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function markup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
