/** Entries that came before their turn. What does not fit is dropped: its conversation fetches it when its turn comes. */
import type { Entry } from '../../protocol/wire/fields.ts';

/** In one conversation. */
const MAX_ENTRIES = 2000;
/** In all conversations together. */
const MAX_BYTES = 16 * 2 ** 20;
/** What an entry takes beside its bytes, about. */
const ENTRY_BYTES = 500;

/** How much all conversations hold. */
export type HeldBytes = { used: number };

export class ReorderBuffer {
  readonly #entries = new Map<number, Entry>();
  readonly #bytes: HeldBytes;

  constructor(bytes: HeldBytes) {
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
