/** Remembers what was made of a key, because importing or checking one costs as much as using it. */
import { hash } from 'node:crypto';

/** Caches a result for each key, by the SHA-256 of its bytes, for the `size` most recently used keys. */
export class KeyCache<T> {
  readonly #keys = new Map<string, T>();
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  get(bytes: Uint8Array, make: () => T): T {
    const id = hash('sha256', bytes, 'base64');
    const key = this.#keys.get(id) ?? make();
    this.#keys.delete(id);
    this.#keys.set(id, key);
    for (const oldest of this.#keys.keys()) {
      if (this.#keys.size <= this.#size) break;
      this.#keys.delete(oldest);
    }
    return key;
  }
}
