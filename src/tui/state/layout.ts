/** The layout of the panes, from the size of the terminal alone. Cells. */

export const MIN_COLUMNS = 60;
export const MIN_ROWS = 15;
const PEOPLE_FROM = 70;
const FILES_FROM = 100;
const MAX_COMPOSER_ROWS = 6;

export type Layout = {
  columns: number;
  rows: number;
  tooSmall: boolean;
  /** 0 when it is not shown. */
  people: number;
  messages: number;
  files: number;
  /** Rows between the header and the composer. */
  body: number;
  composer: number;
  /** 0 or 1. */
  status: number;
};

/**
 * Rows from the top: header, rule, body, rule, composer, status. The rules between panes take a column each.
 * `draftRows` is what the draft would need; `bare` leaves out panes and rules, and the status unless something is `said` there.
 */
export function layoutOf(
  size: { columns: number; rows: number },
  draftRows: number,
  { bare, said }: { bare: boolean; said: boolean },
): Layout {
  const { columns } = size;
  const part = (of: number, least: number, most: number) => Math.max(least, Math.min(most, Math.round(columns * of)));
  // A frame of the full height scrolls a Windows console.
  const rows = process.platform === 'win32' ? size.rows - 1 : size.rows;
  const tooSmall = columns < MIN_COLUMNS || rows < MIN_ROWS;
  // Next to the files pane the messages have little room: the panes take only what names and sizes need.
  const isBoth = columns >= FILES_FROM;
  const people = bare || columns < PEOPLE_FROM ? 0 : isBoth ? part(0.16, 16, 26) : part(0.22, 16, 22);
  const files = bare || !isBoth ? 0 : part(0.23, 22, 38);
  const messages = columns - people - files - (people > 0 ? 1 : 0) - (files > 0 ? 1 : 0);
  const status = !bare || said ? 1 : 0;
  const composer = Math.max(1, Math.min(draftRows, MAX_COMPOSER_ROWS, Math.floor(rows / 4)));
  return {
    columns,
    rows,
    tooSmall,
    people,
    messages,
    files,
    body: Math.max(1, rows - composer - status - (bare ? 0 : 3)),
    composer,
    status,
  };
}
