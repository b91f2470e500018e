/** Holds entries that came out of order. Entries that do not fit are dropped; the timeline fetches them later. */
import type { Entry } from '../../protocol/wire/fields.ts';

/** Most entries of one conversation. */
const MAX_ENTRIES = 2000;
/** Most bytes of all conversations together. */
const MAX_BYTES = 16 * 2 ** 20;
/** About what an entry takes in addition to its bytes. */
const ENTRY_BYTES = 500;

/** How much all conversations hold. */
export type BufferedBytes = { used: number };

export class ReorderBuffer {
  readonly #entries = new Map<number, Entry>();
  readonly #bytes: BufferedBytes;

  constructor(bytes: BufferedBytes) {
    this.#bytes = bytes;
  }

  put(entry: Entry): void {
    this.#drop(entry.seq);
    const size = sizeOf(entry);
    if (this.#entries.size >= MAX_ENTRIES || this.#bytes.used + size > MAX_BYTES) return;
    this.#entries.set(entry.seq, entry);
    this.#bytes.used += size;
  }

  get(seq: number): Entry | undefined {
    return this.#entries.get(seq);
  }

  dropUpTo(top: number): void {
    for (const seq of [...this.#entries.keys()]) if (seq <= top) this.#drop(seq);
  }

  #drop(seq: number): void {
    const entry = this.#entries.get(seq);
    if (entry === undefined) return;
    this.#entries.delete(seq);
    this.#bytes.used -= sizeOf(entry);
  }
}

function sizeOf({ bytes, keys }: Entry): number {
  return keys.reduce((sum, key) => sum + key.bytes.length, bytes.length + ENTRY_BYTES);
}
