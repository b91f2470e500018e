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
