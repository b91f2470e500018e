/** The accounts of users.txt in memory, by name, by identity and in order. Changing one does not scan the others. */
import { compare, hex, utf8 } from '../../protocol/base/bytes.ts';
import { SortedKeys } from './sorted-keys.ts';
import { TakenNames } from './taken-names.ts';
import type { Account } from './users-file.ts';
import { lineName, type UsersLine } from './users-file.ts';

/** Above this, sorting all names is faster than inserting each. */
const MANY_NEW = 100;

export class AccountIndex {
  #byName = new Map<string, Account>();
  #byId = new Map<string, Account>();
  /** In code point order, which is the order of UTF-8 bytes but not of JavaScript strings. */
  readonly #order = new SortedKeys((a, b) => compare(utf8(a), utf8(b)));
  readonly #taken = new TakenNames();
  #damaged = new Set<string>();

  /** Replaces everything with these lines. */
  reset(lines: readonly UsersLine[]): void {
    const before = this.#byName;
    this.#byName = new Map();
    this.#byId = new Map();
    this.#damaged = new Set();
    for (const line of lines) {
      if (line.kind === 'damaged') this.#damaged.add(line.name);
      if (line.kind === 'account') this.#set(line.account);
    }
    this.#taken.reset(lines.map(lineName).filter((name) => name !== null));
    this.#place(before);
  }

  /** Adds a new account at the end, or replaces the account of the same name. */
  put(account: Account): void {
    const before = this.#byName.get(account.name);
    if (before === undefined) {
      this.#order.add(account.name);
      this.#taken.add(account.name);
    } else if (before.idFp !== null) this.#byId.delete(hex(before.idFp));
    this.#set(account);
  }

  get(name: string): Account | undefined {
    return this.#byName.get(name);
  }

  byIdentity(idFp: Uint8Array): Account | undefined {
    return this.#byId.get(hex(idFp));
  }

  /** In the order of users.txt. */
  all(): Account[] {
    return [...this.#byName.values()];
  }

  /** Accounts whose names follow `after` in code point order; all when it is null. */
  *after(after: string | null): Generator<Account> {
    for (const name of this.#order.after(after)) {
      const account = this.#byName.get(name);
      if (account !== undefined) yield account;
    }
  }

  /** Whether the name's line is damaged. */
  isDamaged(name: string): boolean {
    return this.#damaged.has(name);
  }

  /** The name of a line that looks like `name` (name-keys.ts). */
  lookAlikeOf(name: string): string | undefined {
    return this.#taken.lookAlikeOf(name);
  }

  #set(account: Account): void {
    this.#byName.set(account.name, account);
    if (account.idFp !== null) this.#byId.set(hex(account.idFp), account);
  }

  /** Inserts the names that are new since `before`. Except at the start they are few. */
  #place(before: ReadonlyMap<string, Account>): void {
    const added = [...this.#byName.keys()].filter((name) => !before.has(name));
    if (added.length > MANY_NEW) {
      this.#order.reset(this.#byName.keys());
      return;
    }
    for (const name of before.keys()) if (!this.#byName.has(name)) this.#order.delete(name);
    for (const name of added) this.#order.add(name);
  }
}
