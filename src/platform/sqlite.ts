/** SQLite: loading node:sqlite, and what its errors mean. */

/** Returns node:sqlite without its warning that it is experimental, which Node 24.7 still prints to stderr. Other warnings appear. */
export function loadSqlite(): typeof import('node:sqlite') {
  const { emitWarning } = process;
  const others = (...warning: unknown[]): void => {
    if (!String(warning[0]).startsWith('SQLite is an experimental feature'))
      Reflect.apply(emitWarning, process, warning);
  };
  process.emitWarning = others;
  try {
    // Synchronous, so that no warning of other code meets the replacement.
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** Returns SQLite's extended result code (https://sqlite.org/rescode.html); 0 when `error` does not come from SQLite. */
export function sqliteCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
}

/** What is wrong with the file and what to do, by SQLite's primary result code. */
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

/** Returns a sentence for a failure of the database at `path`: the file, the fault, what to do, and SQLite's own message. */
export function explainSqlite(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = sqliteCode(error);
  const fault = FAULTS[code & 0xff];
  return fault === undefined ? message : `${path} ${fault} (SQLite: ${message}, code ${code})`;
}
