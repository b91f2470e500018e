/** Helpers that operations on the database share. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export type Transaction = {
  /** The prepared statement of this text; prepared once. */
  sql(text: string): StatementSync;
  /** The daemon's time when the operation was requested, ms since 1970 UTC. */
  now: number;
};

/** A function for each operation of the interface `O`, with the transaction as first parameter. */
export type Implementation<O> = {
  [N in keyof O]: O[N] extends (params: infer P) => infer R ? (tx: Transaction, params: P) => R : never;
};

/** Prepares each statement at its first use and keeps it. */
export function statements(db: DatabaseSync): Transaction['sql'] {
  const prepared = new Map<string, StatementSync>();
  return (text) => {
    let statement = prepared.get(text);
    if (statement === undefined) {
      statement = db.prepare(text);
      prepared.set(text, statement);
    }
    return statement;
  };
}

/** The first row, or undefined. `Row` must have the columns of the SELECT. */
export function one<Row>(tx: Transaction, text: string, ...params: Params): Row | undefined {
  return tx.sql(text).get(...params) as Row | undefined;
}

export function all<Row>(tx: Transaction, text: string, ...params: Params): Row[] {
  return tx.sql(text).all(...params) as Row[];
}

/** @returns the number of changed rows */
export function run(tx: Transaction, text: string, ...params: Params): number {
  return Number(tx.sql(text).run(...params).changes);
}

/** @returns the rowid of the new row */
export function insert(tx: Transaction, text: string, ...params: Params): number {
  return Number(tx.sql(text).run(...params).lastInsertRowid);
}

type Params = (Uint8Array | string | number | null)[];

/** Not in constant time. Secrets are only compared as hashes. */
export function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : Buffer.compare(a, b) === 0;
}
