/**
 * Folder `accounts`: accounts, key cards, invitation codes and the daemon's own keys, in memory and on disk; it knows
 * no sessions and no conversations. This file holds users.txt in memory and is its only writer.
 */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { FileSystem } from '../../platform/file-system.ts';
import { nullIfMissing } from '../../platform/missing-file.ts';
import { Refusal } from '../../protocol/base/errors.ts';
import { Mutex } from '../../protocol/base/mutex.ts';
import { isName } from '../../protocol/base/safe-text.ts';
import { readDataFile, replaceDataFile } from '../data/data-file.ts';
import { AccountIndex } from './account-index.ts';
import {
  type Account,
  accountLine,
  emptyUsersFile,
  formatUsers,
  isComplete,
  parseUsers,
  type UsersLine,
  withAccount,
} from './users-file.ts';
import { checkNotEmptied, logUsersProblems, UsersWriteWarning } from './users-problems.ts';

/** Makes the OPAQUE record for a legacy line's password (Opaque.createRecord). */
export type Upgrade = (name: string, secret: string) => Promise<string>;

/** Each takes a third of a second of one core and 64 MiB. */
const UPGRADES_AT_ONCE = 4;

type Parts = {
  fs: FileSystem;
  dir: string;
  log: Logger;
  upgrade: Upgrade;
  /** Names that the database knows. A users.txt without accounts is a mistake when there are any. */
  known: () => ReadonlySet<string>;
};

/** The new lines, and the account that was added or replaced; null when several changed. */
type Change<A extends Account | null> = (lines: UsersLine[]) => { lines: UsersLine[]; account: A };
/** `make` changes the memory and returns a function to call after the write. */
type PendingChange = { make: () => () => void; reject: (error: unknown) => void };
/** Tells two states of the file apart. */
type Stamp = { size: number; mtimeMs: number };

export class Accounts {
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #log: Logger;
  readonly #upgrade: Upgrade;
  readonly #known: () => ReadonlySet<string>;
  #complete = true;
  #lines: UsersLine[] = [];
  #stamp: Stamp | null = null;
  readonly #index = new AccountIndex();
  #pending: PendingChange[] = [];
  readonly #writeWarning: UsersWriteWarning;
  /** Serializes reading and writing. */
  readonly #mutex = new Mutex();

  private constructor(parts: Parts) {
    this.#fs = parts.fs;
    this.#path = join(parts.dir, 'users.txt');
    this.#log = parts.log;
    this.#writeWarning = new UsersWriteWarning(parts.log);
    this.#upgrade = parts.upgrade;
    this.#known = parts.known;
  }

  /**
   * Reads users.txt, creates it when missing, and upgrades its legacy lines.
   * @throws Error with a sentence for the operator when a newer daemon wrote the file; StartError when it has no
   * account although the database knows people
   */
  static async open(parts: Parts): Promise<Accounts> {
    const accounts = new Accounts(parts);
    await accounts.reload();
    return accounts;
  }

  get(name: string): Account | undefined {
    return this.#index.get(name);
  }

  /** In the order of users.txt. */
  all(): readonly Account[] {
    return this.#index.all();
  }

  /** Accounts whose names follow `after` in code point order; all when it is null. */
  after(after: string | null): Iterable<Account> {
    return this.#index.after(after);
  }

  /** Whether every line could be read, so that a missing account was removed by the operator. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Whether the name belongs to an account that cannot be read. */
  isUnreadable(name: string): boolean {
    return (
      this.get(name) === undefined && (this.#index.isDamaged(name) || (!this.#complete && this.#known().has(name)))
    );
  }

  /** The account of another person. @throws Refusal 'no-such-user', or 'busy' while its line cannot be read */
  find(name: string): Account {
    const account = this.get(name);
    if (account !== undefined) return account;
    if (this.isUnreadable(name)) {
      throw new Refusal('busy', `the server cannot read the account of ${name}: its operator has to repair users.txt`);
    }
    throw new Refusal('no-such-user', 'there is no user with that name');
  }

  byIdentity(idFp: Uint8Array): Account | undefined {
    return this.#index.byIdentity(idFp);
  }

  /** Reads the file again, as on HUP. After an error the accounts in memory stay as they were. */
  async reload(): Promise<void> {
    const lines = await this.#mutex.run(async () => {
      const read = await this.#read();
      this.#take(read);
      return read;
    });
    logUsersProblems(this.#log, lines);
    // Half of a torn line looks like a legacy line; the other half is unreadable.
    const legacy = lines.filter((line) => line.kind === 'legacy').filter(({ name }) => !this.isUnreadable(name));
    if (legacy.length === 0) return;
    this.#log.info({ evt: 'users_upgrade', count: legacy.length }, 'upgrading lines of the old kind in users.txt');
    const byName = new Map<string, Account>();
    for (let next = 0; next < legacy.length; next += UPGRADES_AT_ONCE) {
      const few = legacy.slice(next, next + UPGRADES_AT_ONCE);
      const records = await Promise.all(few.map(({ name, secret }) => this.#upgrade(name, secret)));
      for (const [index, { name }] of few.entries()) {
        const record = records[index] ?? '';
        byName.set(name, { name, idFp: null, record, flags: new Set(['must-renew']) });
      }
    }
    const secrets = new Map(legacy.map(({ name, secret }) => [name, secret]));
    await this.#write((current) => {
      const lines = current.map((line) => {
        // The operator changed this password during the upgrade: the next reload upgrades it.
        if (line.kind !== 'legacy' || secrets.get(line.name) !== line.secret) return line;
        const account = byName.get(line.name);
        return account === undefined ? line : accountLine(account);
      });
      return { lines, account: null };
    });
  }

  /** Checks that `name` may be registered. @throws Refusal 'bad-name', 'name-taken' or 'name-look-alike' */
  checkNewName(name: string): void {
    if (!isName(name)) {
      throw new Refusal('bad-name', 'a name has 1 to 32 letters, digits, dots, dashes or underscores; choose another');
    }
    if (this.get(name) !== undefined || this.isUnreadable(name))
      throw new Refusal('name-taken', `the name ${name} is taken; choose another`);
    const other = this.#index.lookAlikeOf(name);
    if (other !== undefined) {
      throw new Refusal('name-look-alike', `the name looks like that of ${other}; choose another`);
    }
  }

  /** The account is on stable storage when this resolves. @throws Refusal as checkNewName does */
  async add(account: Account): Promise<void> {
    await this.#write((lines) => {
      this.checkNewName(account.name);
      return { lines: withAccount(lines, account), account };
    });
  }

  /**
   * Stores a new password, and with `idFp` the keys of a legacy account. On stable storage when it resolves.
   * @throws Refusal 'no-such-user' when the name is gone, 'conflict' when the account has keys already
   */
  replaceRecord(name: string, record: string, idFp: Uint8Array | null): Promise<Account> {
    return this.#write((lines) => {
      const old = this.get(name);
      if (old === undefined) throw new Refusal('no-such-user', 'the account is gone; register again');
      // When two sessions renew a legacy account, the first one wins.
      if (idFp !== null && !old.flags.has('must-renew')) {
        throw new Refusal('conflict', 'this account was renewed by another session; log in again');
      }
      const flags = new Set(old.flags);
      if (idFp !== null) flags.delete('must-renew');
      const account = { name, record, idFp: idFp ?? old.idFp, flags };
      const isTheirs = (line: UsersLine) => line.kind === 'account' && line.account.name === name;
      return { lines: lines.map((line) => (isTheirs(line) ? accountLine(account) : line)), account };
    });
  }

  /**
   * Removes the line of an account. Its name is free then. On stable storage when it resolves.
   * @throws Refusal 'no-such-user' when the name is gone or belongs to another identity
   */
  async remove({ name, idFp }: { name: string; idFp: Uint8Array }): Promise<void> {
    await this.#write((lines) => {
      if (this.byIdentity(idFp)?.name !== name) throw new Refusal('no-such-user', 'the account is gone');
      return { lines: lines.filter((line) => line.kind !== 'account' || line.account.name !== name), account: null };
    });
  }

  async #read(): Promise<UsersLine[]> {
    let stamp = await nullIfMissing(this.#stat());
    let bytes = await readDataFile(this.#fs, this.#path);
    if (bytes === null) {
      checkNotEmptied({ path: this.#path, lines: [], state: 'is missing' }, this.#known().size);
      bytes = emptyUsersFile;
      await replaceDataFile(this.#fs, this.#path, bytes);
      stamp = await this.#stat();
    }
    const lines = parseUsers(bytes);
    checkNotEmptied({ path: this.#path, lines, state: 'holds no account' }, this.#known().size);
    this.#stamp = stamp;
    this.#complete = isComplete(bytes, lines);
    return lines;
  }

  async #stat(): Promise<Stamp> {
    const { size, mtimeMs } = await this.#fs.stat(this.#path);
    return { size, mtimeMs };
  }

  #take(lines: UsersLine[]): void {
    this.#lines = lines;
    this.#index.reset(lines);
  }

  /** Changes that arrive during a write go into the next write together. */
  #write<A extends Account | null>(change: Change<A>): Promise<A> {
    return new Promise((resolve, reject) => {
      const make = () => {
        const { lines, account } = change(this.#lines);
        if (account === null) this.#take(lines);
        else {
          this.#lines = lines;
          this.#index.put(account);
        }
        return () => resolve(account);
      };
      this.#pending.push({ make, reject });
      if (this.#pending.length === 1) void this.#mutex.run(() => this.#writePending());
    });
  }

  async #writePending(): Promise<void> {
    const before = this.#lines;
    const batch = this.#pending;
    this.#pending = [];
    const made: (() => void)[] = [];
    try {
      // Do not overwrite an operator's edit that HUP has not announced.
      const now = await this.#stat().catch(() => null);
      if (now !== null && (now.size !== this.#stamp?.size || now.mtimeMs !== this.#stamp.mtimeMs)) {
        this.#take(await this.#read());
      }
      for (const waiting of batch) {
        try {
          made.push(waiting.make());
        } catch (error) {
          waiting.reject(error);
        }
      }
      if (made.length > 0) {
        await replaceDataFile(this.#fs, this.#path, formatUsers(this.#lines));
        this.#stamp = await this.#stat();
      }
      this.#writeWarning.succeeded();
      for (const resolve of made) resolve();
    } catch (error) {
      this.#take(before);
      this.#stamp = null;
      const thrown = this.#writeWarning.failed(error);
      for (const { reject } of batch) reject(thrown);
    }
  }
}
