/** Keeps keys sorted, so that a page is found by binary search. */

export class SortedKeys {
  readonly #compare: (a: string, b: string) => number;
  #keys: string[] = [];

  constructor(compare: (a: string, b: string) => number) {
    this.#compare = compare;
  }

  /** Replaces all keys. */
  reset(keys: Iterable<string>): void {
    this.#keys = [...keys].sort(this.#compare);
  }

  add(key: string): void {
    const place = this.#firstFrom(key);
    if (this.#keys[place] !== key) this.#keys.splice(place, 0, key);
  }

  delete(key: string): void {
    const place = this.#firstFrom(key);
    if (this.#keys[place] === key) this.#keys.splice(place, 1);
  }

  /** The keys after `after`, which need not be one of them; all when it is null. */
  *after(after: string | null): Generator<string> {
    let place = after === null ? 0 : this.#firstFrom(after);
    if (this.#keys[place] === after) place += 1;
    for (let key = this.#keys[place]; key !== undefined; key = this.#keys[place]) {
      yield key;
      place += 1;
    }
  }

  /** The first position whose key is not less than `key`. */
  #firstFrom(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#keys[middle] ?? '', key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
