/**
 * A waiting line in which each key has its turn, however much waits under the others. Of one key the oldest item goes first, or
 * the newest: then, where more comes than can be done in time, what is done is what is still in time.
 */
export class FairQueue<T> {
  /** Its order is that of the turns. */
  readonly #lines = new Map<string, T[]>();
  readonly #newestFirst: boolean;
  #size = 0;

  constructor(o: { newestFirst?: boolean } = {}) {
    this.#newestFirst = o.newestFirst === true;
  }

  get size(): number {
    return this.#size;
  }

  sizeOf(key: string): number {
    return this.#lines.get(key)?.length ?? 0;
  }

  add(key: string, item: T): void {
    this.#size += 1;
    const line = this.#lines.get(key);
    if (line) line.push(item);
    else this.#lines.set(key, [item]);
  }

  /** How much waits under the key that has most. */
  get longest(): number {
    let longest = 0;
    for (const line of this.#lines.values()) longest = Math.max(longest, line.length);
    return longest;
  }

  /** Takes the last item of the key that has most. */
  takeFromLongest(): T | undefined {
    const { longest } = this;
    for (const [key, line] of this.#lines) {
      if (line.length < longest) continue;
      const item = this.#newestFirst ? line.shift() : line.pop();
      this.#size -= 1;
      if (line.length === 0) this.#lines.delete(key);
      return item;
    }
    return undefined;
  }

  /** Takes the first item of the key whose turn it is. */
  take(): T | undefined {
    for (const key of this.#lines.keys()) return this.#takeOf(key);
    return undefined;
  }

  /** Takes, as they are asked for, the first item of each key that `mayGo`, in the order of their turns. */
  *takeEach(mayGo: (key: string) => boolean): Generator<T> {
    for (const key of [...this.#lines.keys()].filter(mayGo)) {
      const item = this.#takeOf(key);
      if (item !== undefined) yield item;
    }
  }

  #takeOf(key: string): T | undefined {
    const line = this.#lines.get(key) ?? [];
    const item = this.#newestFirst ? line.pop() : line.shift();
    this.#size -= 1;
    this.#lines.delete(key);
    if (line.length > 0) this.#lines.set(key, line);
    return item;
  }
}
