/**
 * A waiting queue in which each key has its turn, however much waits under the others. Of one key the oldest item goes first, or
 * the newest: then, where more comes than can be done in time, what is done is what is still in time.
 */
export class FairQueue<T> {
  /** Its order is that of the turns. */
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

  /** How much waits under the key that has most. */
  get longest(): number {
    let longest = 0;
    for (const queue of this.#queues.values()) longest = Math.max(longest, queue.length);
    return longest;
  }

  /** Takes the last item of the key that has most. */
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

  /** Takes the first item of the key whose turn it is. */
  take(): T | undefined {
    for (const key of this.#queues.keys()) return this.#takeFrom(key);
    return undefined;
  }

  /** Takes, as they are asked for, the first item of each key that `mayGo`, in the order of their turns. */
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
