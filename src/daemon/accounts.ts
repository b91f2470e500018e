/** One line of users.txt. Never changed in place: a change makes a new one. */
export type Account = {
  readonly name: string;
  /** null until a legacy account has made its keys. */
  readonly idFp: Uint8Array | null;
  /** The OPAQUE record, base64url. */
  readonly record: string;
  readonly flags: ReadonlySet<string>;
};

export interface Accounts {
  get(name: string): Account | undefined;
  /** In the order of users.txt. */
  all(): readonly Account[];
  idOf(idFp: Uint8Array): Account | undefined;
  /** On stable storage when it resolves. @throws Refusal 'name-taken' | 'name-look-alike' | 'bad-name'. */
  add(account: Account): Promise<void>;
  /** A new password, and with `idFp` the keys of a legacy account. On stable storage when it resolves. */
  replaceRecord(name: string, record: string, idFp: Uint8Array | null): Promise<Account>;
}
