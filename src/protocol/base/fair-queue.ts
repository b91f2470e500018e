/**
 * A queue in which keys take turns, however many items one of them has. Within a key the oldest item goes first, or the
 * newest: under overload that serves the items whose askers still wait.
 */
export class FairQueue<T> {
  /** The map's order is the order of turns. */
  readonly #queues = new Map<string, T[]>();
  readonly #newestFirst: boolean;
  #size = 0;

  constructor(o: { newestFirst?: boolean } = {}) {
    this.#newestFirst = o.newestFirst === true;
  }

  get size(): number {
    return this.#size;
  }

  sizeOf(key: string): number {
    return this.#queues.get(key)?.length ?? 0;
  }

  add(key: string, item: T): void {
    this.#size += 1;
    const queue = this.#queues.get(key);
    if (queue) queue.push(item);
    else this.#queues.set(key, [item]);
  }

  /** The number of items of the key that has most. */
  get longest(): number {
    let longest = 0;
    for (const queue of this.#queues.values()) longest = Math.max(longest, queue.length);
    return longest;
  }

  /** Removes the item of that key that would be served last. */
  takeFromLongest(): T | undefined {
    const { longest } = this;
    for (const [key, queue] of this.#queues) {
      if (queue.length < longest) continue;
      const item = this.#newestFirst ? queue.shift() : queue.pop();
      this.#size -= 1;
      if (queue.length === 0) this.#queues.delete(key);
      return item;
    }
    return undefined;
  }

  /** Removes the next item of the key whose turn it is. */
  take(): T | undefined {
    for (const key of this.#queues.keys()) return this.#takeFrom(key);
    return undefined;
  }

  /** Removes lazily the next item of each key that `mayGo`, in the order of turns. */
  *takeEach(mayGo: (key: string) => boolean): Generator<T> {
    for (const key of [...this.#queues.keys()].filter(mayGo)) {
      const item = this.#takeFrom(key);
      if (item !== undefined) yield item;
    }
  }

  #takeFrom(key: string): T | undefined {
    const queue = this.#queues.get(key) ?? [];
    const item = this.#newestFirst ? queue.pop() : queue.shift();
    this.#size -= 1;
    this.#queues.delete(key);
    if (queue.length > 0) this.#queues.set(key, queue);
    return item;
  }
}
