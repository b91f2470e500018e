/**
 * Small values that a profile keeps by name, such as settings and drafts. Each is a sealed row (AES-256-GCM), found by an HMAC-SHA-256
 * (RFC 2104) of its name: the database shows neither name nor value.
 */
import { join } from 'node:path';
import * as v from 'valibot';
import { writeAll } from '../../platform/durable-write.ts';
import { concat, fromUtf8, utf8 } from '../../protocol/base/bytes.ts';
import type { Profile } from './profile.ts';
import type { Row } from './profile-db.ts';

/** Sealed texts are padded to a multiple of this, so that the length of a name does not show. */
const PADDING = 64;
/** A file that is written after each change: other processes watch it. It holds nothing. */
const SIGNAL_FILE = 'rows.changed';

const content = v.object({ name: v.string(), value: v.optional(v.unknown()) });
type Content = v.InferOutput<typeof content>;

export class SealedRows {
  readonly #profile: Profile;
  readonly #values = new Map<string, unknown>();
  /** `n` of the newest row that was read. */
  #newest = 0;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  /** The values by name, as of the last `refresh` or `write`. They are JSON, and not checked. */
  get values(): ReadonlyMap<string, unknown> {
    return this.#values;
  }

  /** Reads what was written since the last time, by any process. Returns the number of new rows that cannot be opened. */
  async refresh(): Promise<number> {
    const rows = await this.#profile.db.all('SELECT n, key, sealed FROM sealed_rows WHERE n > ? ORDER BY n', [
      this.#newest,
    ]);
    let damaged = 0;
    for (const row of rows) {
      this.#newest = Number(row.n);
      const opened = this.#open(row);
      if (opened === null) damaged += 1;
      else if (opened.value === undefined) this.#values.delete(opened.name);
      else this.#values.set(opened.name, opened.value);
    }
    return damaged;
  }

  /** Writes all or none of `changes`, values by name; undefined removes one. On stable storage when it resolves. */
  async write(changes: ReadonlyMap<string, unknown>): Promise<void> {
    const statements = [...changes].map(([name, value]) => ({
      // A replaced row gets a new n. One that was removed stays as a name without a value, so that others read that too.
      sql: 'INSERT OR REPLACE INTO sealed_rows (key, sealed) VALUES (?, ?)',
      params: this.#seal({ name, value }),
    }));
    await this.#profile.db.transaction(statements);
    await this.refresh();
    await this.#signal().catch(() => {});
  }

  /**
   * Calls `listener` after each change by any process of the profile, this one included. Does not keep the process alive, and costs
   * nothing while nothing changes. Resolves when `signal` aborts, or when the disk cannot watch a file.
   */
  async watch(listener: () => void, signal?: AbortSignal): Promise<void> {
    const { fs, dir } = this.#profile;
    const path = join(dir, SIGNAL_FILE);
    if (signal?.aborted) return;
    try {
      await (await fs.open(path, 'a', 0o600)).close();
      const events = fs.watch(path, { persistent: false, ...(signal && { signal }) })[Symbol.asyncIterator]();
      let next = events.next();
      // What was written before the file was watched.
      listener();
      for (; !(await next).done; next = events.next()) listener();
    } catch {
      // Other processes' changes are then read with the next change here.
    }
  }

  #seal({ name, value }: Content): [key: Uint8Array, sealed: Uint8Array] {
    const key = this.#profile.mac(utf8(name));
    const text = utf8(JSON.stringify({ name, value } satisfies Content));
    const padded = new Uint8Array(Math.ceil(text.length / PADDING) * PADDING).fill(0x20);
    padded.set(text);
    return [key, this.#profile.seal(padded, aadOf(key))];
  }

  /** Returns null for a row that was not sealed by this profile for this place. */
  #open({ key, sealed }: Row): Content | null {
    try {
      const bytes = this.#profile.open(sealed as Uint8Array, aadOf(key as Uint8Array));
      return v.parse(content, JSON.parse(fromUtf8(bytes)));
    } catch {
      return null;
    }
  }

  /** Only after the commit: what sees the event sees the rows. The log of the database changes before they can be read. */
  async #signal(): Promise<void> {
    const { fs, dir } = this.#profile;
    const file = await fs.open(join(dir, SIGNAL_FILE), 'r+');
    try {
      await writeAll(file, Uint8Array.of(0), 0);
    } finally {
      await file.close();
    }
  }
}

function aadOf(key: Uint8Array): Uint8Array {
  return concat(utf8('row '), key);
}
