/** What `connect` takes: its options, and the questions that it asks. */

/**
 * A contradiction between the server and this profile about the account.
 *
 * - `no-keys`: neither has keys of the account.
 * - `reset`: the server has no keys of the account, but this profile has.
 * - `other-identity`: the server shows another identity than this profile has.
 * - `vault-back`: the server's copy of the keys is older than one that it had stored.
 * - `keeps-no-vault`: the server says that it stores no copy of the keys, but this profile stores one there.
 * - `other-keys`: the stored keys do not continue from those of this profile.
 * - `older-export`: the export to import is older than this profile, and has no key that the profile lacks.
 * - `renewed-since`: the account has a newer key than the export, which nobody can give to this machine.
 */
export type Doubt = {
  kind:
    | 'no-keys'
    | 'reset'
    | 'other-identity'
    | 'vault-back'
    | 'keeps-no-vault'
    | 'other-keys'
    | 'older-export'
    | 'renewed-since';
  /** The account's name. */
  name: string;
  /** A sentence in lower case, without a full stop. */
  statement: string;
  /** The question that `confirm` answers. */
  question: string;
};

/** The questions that `connect` asks, and the progress that it reports. */
export type Ask = {
  /** Asks whether to trust a server that this profile does not know. True pins its key. */
  trust(daemon: { address: string; fingerprint: string; words: string }): Promise<boolean>;
  /** Asks for the password; null when nobody can answer. */
  password(name: string): Promise<string | null>;
  /**
   * Asks for the passphrase of a locked profile, up to three times: `isAgain` after a wrong one. null when nobody can answer. Without
   * this function, a locked profile fails with 'usage'.
   */
  passphrase?(isAgain: boolean): Promise<string | null>;
  /** Asks a person whether to go on in spite of a contradiction. Without this function, the login fails with 'untrusted'. */
  confirm?(doubt: Doubt): Promise<boolean>;
  /** Called at the beginning of each step. */
  progress(step: 'keys' | 'connect' | 'login' | 'vault' | 'sync'): void;
  /**
   * Called before each pause while the server answers but cannot log anybody in (its disk is full, or it is busy). `giveUp` ends the
   * attempts: `connect` throws the server's refusal. Without this function, they end after `timeout`.
   */
  waiting?(reason: string, giveUp: () => void): void;
};

export type ConnectOptions = {
  /** `host:port`, or a join link `securechat://host:port#fingerprint`; default `127.0.0.1:65345`. */
  server?: string;
  /** The account's name. */
  user: string;
  ask: Ask;
  /** Logs in with this password, even if the profile holds a key: a wrong password fails. */
  password?: string;
  /** The profile's folder; by default `securechat` in the XDG data folder. */
  profile?: string;
  /**
   * How long to try to reach the server, in ms; default 10,000. A server that stops answering after that is given up within 25
   * seconds.
   */
  timeout?: number;
  /** The name of this device in the list of devices, at most 64 characters; by default the name of the machine. */
  deviceName?: string;
  /** Makes the account before it logs in. `localKeys`: keeps the keys on this machine only. */
  register?: { invite?: string; localKeys?: boolean };
};
