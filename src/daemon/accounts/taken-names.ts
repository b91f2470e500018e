/** Finds taken names that look like another name (name-keys.ts). */
import { nameKeys } from '../../protocol/base/name-keys.ts';

export class TakenNames {
  /** Name -> its keys. Kept between resets, because they are slow to compute. */
  #keys = new Map<string, string[]>();
  #names = new Map<string, string>();

  /** Replaces all names. */
  reset(names: Iterable<string>): void {
    const before = this.#keys;
    this.#keys = new Map();
    this.#names = new Map();
    for (const name of names) this.#set(name, before.get(name) ?? nameKeys(name));
  }

  add(name: string): void {
    this.#set(name, nameKeys(name));
  }

  /** A taken name that looks like `name`, or undefined. */
  lookAlikeOf(name: string): string | undefined {
    const key = nameKeys(name).find((each) => this.#names.has(each));
    return key === undefined ? undefined : this.#names.get(key);
  }

  #set(name: string, keys: string[]): void {
    this.#keys.set(name, keys);
    for (const key of keys) this.#names.set(key, name);
  }
}
