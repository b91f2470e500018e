/**
 * node:sqlite without a word on stderr: Node 22 says once that it is experimental, which tells neither a person nor an operator
 * anything they could act on. That one warning is left out and no other; Node 24 has none.
 */
export function loadSqlite(): typeof import('node:sqlite') {
  const { emitWarning } = process;
  const others = (...warning: unknown[]): void => {
    if (!String(warning[0]).startsWith('SQLite is an experimental feature'))
      Reflect.apply(emitWarning, process, warning);
  };
  process.emitWarning = others;
  try {
    // Loaded in this very turn, so that nobody else's warning meets the replacement.
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** SQLite's extended code of an error; 0 when it is another's error. */
export function sqliteCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
}

/** By SQLite's primary code: what is wrong with the file, and what to do. */
const FAULTS: { readonly [code: number]: string } = {
  5: 'is in use by another program; stop that one',
  6: 'is in use by another program; stop that one',
  8: 'may not be written; check who owns it, its permissions and how its disk is mounted',
  10: 'cannot be read or written; check the disk, and restore the file from a backup if it was damaged',
  11: 'is damaged; stop, keep a copy, and restore it from a backup',
  13: 'cannot grow, as its disk is full; make room there',
  14: 'cannot be opened; check that its folder is there and may be written',
  26: 'is damaged or is no database; keep a copy, and restore it from a backup',
};

/** One sentence for a failure of the database at `path`: the file, what is wrong, what to do, and SQLite's own words. */
export function explainSqlite(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = sqliteCode(error);
  const fault = FAULTS[code & 0xff];
  return fault === undefined ? message : `${path} ${fault} (SQLite: ${message}, code ${code})`;
}
