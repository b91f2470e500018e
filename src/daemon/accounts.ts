/** Who may log in: users.txt in memory, and the only writer of that file. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { compare, hex, utf8 } from '../protocol/bytes.ts';
import { Refusal } from '../protocol/errors.ts';
import type { FileSystem } from '../protocol/seams.ts';
import { isName } from '../protocol/text.ts';
import { Turns } from '../protocol/turns.ts';
import { replaceFile } from './replace-file.ts';
import { SortedKeys } from './sorted-keys.ts';
import { TakenNames } from './taken-names.ts';
import { accountLine, formatUsers, isComplete, type Line, nameOf, parseUsers } from './users-file.ts';
import { checkNotEmptied, logProblems, WriteProblem } from './users-problems.ts';

/** One line of users.txt. Never changed in place: a change makes a new one. */
export type Account = {
  readonly name: string;
  /** null until a legacy account has made its keys. */
  readonly idFp: Uint8Array | null;
  /** The OPAQUE record, base64url. */
  readonly record: string;
  readonly flags: ReadonlySet<string>;
};

/** Makes the OPAQUE record of a legacy line's secret: Opaque.upgrade with the daemon's setup. */
export type Upgrade = (name: string, secret: string) => Promise<string>;

/** Each takes a core for a third of a second and 64 MiB. */
const UPGRADES_AT_ONCE = 4;

/** Above this sorting all names is quicker than placing each. */
const MANY_NEW = 100;

type Parts = {
  fs: FileSystem;
  dir: string;
  log: Logger;
  upgrade: Upgrade;
  /** Names of people that the database knows: a file without any account cannot be theirs. */
  known: () => ReadonlySet<string>;
};

type Change = (lines: Line[]) => Line[];
type Waiting = { change: Change; resolve: () => void; reject: (error: unknown) => void };
/** What tells one state of the file from another. */
type Stamp = { size: number; mtimeMs: number };

export class Accounts {
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #log: Logger;
  readonly #upgrade: Upgrade;
  readonly #known: () => ReadonlySet<string>;
  #complete = true;
  #lines: Line[] = [];
  #stamp: Stamp | null = null;
  #byName = new Map<string, Account>();
  #byId = new Map<string, Account>();
  /** By code point, as UTF-8 sorts and the strings of JavaScript do not. */
  readonly #order = new SortedKeys((a, b) => compare(utf8(a), utf8(b)));
  readonly #taken = new TakenNames();
  #damaged = new Set<string>();
  #waiting: Waiting[] = [];
  readonly #writing: WriteProblem;
  /** Reading and writing take turns. */
  readonly #turns = new Turns();

  private constructor(parts: Parts) {
    this.#fs = parts.fs;
    this.#path = join(parts.dir, 'users.txt');
    this.#log = parts.log;
    this.#writing = new WriteProblem(parts.log);
    this.#upgrade = parts.upgrade;
    this.#known = parts.known;
  }

  /**
   * Reads the file, makes it when it is missing, and upgrades its legacy lines. @throws Error with a sentence for the
   * operator when a newer daemon wrote it, StartError when it holds no account though there are people.
   */
  static async open(parts: Parts): Promise<Accounts> {
    const accounts = new Accounts(parts);
    await accounts.reload();
    return accounts;
  }

  get(name: string): Account | undefined {
    return this.#byName.get(name);
  }

  /** In the order of users.txt. */
  all(): readonly Account[] {
    return [...this.#byName.values()];
  }

  /** Those whose names come behind `after` in code-point order; all for null. */
  *after(after: string | null): Generator<Account> {
    for (const name of this.#order.after(after)) {
      const account = this.#byName.get(name);
      if (account !== undefined) yield account;
    }
  }

  /** Whether every account of the file could be read, so that one that is missing was removed by the operator. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Whether the name is taken by an account that cannot be read. */
  isUnreadable(name: string): boolean {
    return !this.#byName.has(name) && (this.#damaged.has(name) || (!this.#complete && this.#known().has(name)));
  }

  /** The account of this name, for another person. @throws Refusal 'no-such-user', 'busy' while it cannot be read. */
  find(name: string): Account {
    const account = this.#byName.get(name);
    if (account !== undefined) return account;
    if (this.isUnreadable(name)) {
      throw new Refusal('busy', `the server cannot read the account of ${name}: its operator has to repair users.txt`);
    }
    throw new Refusal('no-such-user', 'there is nobody of that name here');
  }

  idOf(idFp: Uint8Array): Account | undefined {
    return this.#byId.get(hex(idFp));
  }

  /** Reads the file again, as on HUP. After an error what was known before holds on. */
  async reload(): Promise<void> {
    const lines = await this.#turns.take(async () => {
      const read = await this.#read();
      this.#take(read);
      return read;
    });
    logProblems(this.#log, lines);
    // Half of a torn line looks like one of the old kind; the other half cannot be read.
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
    await this.#write((current) =>
      current.map((line) => {
        // Not one whose secret was changed in the file meanwhile: the next reload finds it.
        if (line.kind !== 'legacy' || secrets.get(line.name) !== line.secret) return line;
        const account = byName.get(line.name);
        return account === undefined ? line : accountLine(account);
      }),
    );
  }

  /** Whether `name` may be registered. @throws Refusal 'bad-name' | 'name-taken' | 'name-look-alike'. */
  checkNew(name: string): void {
    if (!isName(name)) {
      throw new Refusal('bad-name', 'a name has 1 to 32 letters, digits, dots, dashes or underscores; choose another');
    }
    if (this.#byName.has(name) || this.isUnreadable(name))
      throw new Refusal('name-taken', `the name ${name} is taken; choose another`);
    const other = this.#taken.lookAlikeOf(name);
    if (other !== undefined) {
      throw new Refusal('name-look-alike', `the name looks like that of ${other}; choose another`);
    }
  }

  /** On stable storage when it resolves. @throws Refusal as checkNew does. */
  add(account: Account): Promise<void> {
    return this.#write((lines) => {
      this.checkNew(account.name);
      return [...lines, accountLine(account)];
    });
  }

  /**
   * A new password; with `idFp` also the keys of a legacy account, which need not be renewed any more. On stable storage
   * when it resolves. @throws Refusal 'no-such-user' when the name is gone, 'conflict' when it has keys already.
   */
  async replaceRecord(name: string, record: string, idFp: Uint8Array | null): Promise<Account> {
    let replaced: Account | undefined;
    await this.#write((lines) =>
      lines.map((line) => {
        if (line.kind !== 'account' || line.account.name !== name) return line;
        // Of two sessions that renew a legacy account at once the first one makes its keys.
        if (idFp !== null && !line.account.flags.has('must-renew')) {
          throw new Refusal('conflict', 'this account was renewed by another session meanwhile; log in again');
        }
        const flags = new Set(line.account.flags);
        if (idFp !== null) flags.delete('must-renew');
        replaced = { name, record, idFp: idFp ?? line.account.idFp, flags };
        return accountLine(replaced);
      }),
    );
    if (replaced === undefined) throw new Refusal('no-such-user', 'the account is gone; register again');
    return replaced;
  }

  async #read(): Promise<Line[]> {
    let bytes: Uint8Array;
    let stamp: Stamp | null;
    try {
      stamp = await this.#stat();
      bytes = await this.#fs.readFile(this.#path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      checkNotEmptied({ path: this.#path, lines: [], state: 'is missing' }, this.#known().size);
      const comment = '# Accounts: name:opaque1:<OPAQUE record>:<identity fingerprint>:<flags>\n';
      bytes = new TextEncoder().encode(comment);
      await replaceFile(this.#fs, this.#path, bytes);
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

  #take(lines: Line[]): void {
    this.#lines = lines;
    const before = this.#byName;
    this.#byName = new Map();
    this.#byId = new Map();
    this.#damaged = new Set();
    for (const line of lines) {
      if (line.kind === 'damaged') this.#damaged.add(line.name);
      if (line.kind !== 'account') continue;
      this.#byName.set(line.account.name, line.account);
      if (line.account.idFp !== null) this.#byId.set(hex(line.account.idFp), line.account);
    }
    this.#taken.reset(lines.map(nameOf).filter((name) => name !== null));
    this.#place(before);
  }

  /** Puts into their places the names that are new since `before`, which are few but at the start. */
  #place(before: ReadonlyMap<string, Account>): void {
    const added = [...this.#byName.keys()].filter((name) => !before.has(name));
    if (added.length > MANY_NEW) {
      this.#order.reset(this.#byName.keys());
      return;
    }
    for (const name of before.keys()) if (!this.#byName.has(name)) this.#order.delete(name);
    for (const name of added) this.#order.add(name);
  }

  /** All changes that come while one is written go into the next file together. */
  #write(change: Change): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject });
      if (this.#waiting.length === 1) void this.#turns.take(() => this.#writeWaiting());
    });
  }

  async #writeWaiting(): Promise<void> {
    const before = this.#lines;
    const batch = this.#waiting;
    this.#waiting = [];
    const made: Waiting[] = [];
    try {
      // An operator's edit that was not announced by HUP is not overwritten.
      const now = await this.#stat().catch(() => null);
      if (now !== null && (now.size !== this.#stamp?.size || now.mtimeMs !== this.#stamp.mtimeMs)) {
        this.#take(await this.#read());
      }
      for (const waiting of batch) {
        try {
          this.#take(waiting.change(this.#lines));
          made.push(waiting);
        } catch (error) {
          waiting.reject(error);
        }
      }
      if (made.length > 0) {
        await replaceFile(this.#fs, this.#path, formatUsers(this.#lines));
        this.#stamp = await this.#stat();
      }
      this.#writing.works();
      for (const { resolve } of made) resolve();
    } catch (error) {
      this.#take(before);
      this.#stamp = null;
      const thrown = this.#writing.fails(error);
      for (const { reject } of batch) reject(thrown);
    }
  }
}
