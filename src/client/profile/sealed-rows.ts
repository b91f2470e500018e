/**
 * Small values that a profile keeps by name, such as settings and drafts. Each is a sealed row (AES-256-GCM), found by an HMAC-SHA-256
 * (RFC 2104) of its name: the database shows neither name nor value.
 */
import * as v from 'valibot';
import { concat, fromUtf8, utf8 } from '../../protocol/base/bytes.ts';
import type { Profile } from './profile.ts';
import type { Row } from './profile-db.ts';

/** Sealed texts are padded to a multiple of this, so that the length of a name does not show. */
const PADDING = 64;

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
    await this.#profile.changes.send();
  }

  /** Calls `listener` after each change by any program of the profile, as ChangeSignal.watch. */
  watch(listener: () => void, signal?: AbortSignal): Promise<void> {
    return this.#profile.changes.watch(listener, signal);
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
}

function aadOf(key: Uint8Array): Uint8Array {
  return concat(utf8('row '), key);
}
