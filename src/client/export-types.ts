/** What the library and the programs give to and get from exports. */
import type { ConnectOptions } from './connect-types.ts';
import type { ConversationName } from './types.ts';

/** What to export, and where to. `passphrase` or `words` is needed; either opens the file later. */
export type ExportRequest = {
  /** The new file; an existing one is never overwritten. */
  path: string;
  /** The account's password, because an export can replace it. */
  password: string;
  /** null: only the words open the export. */
  passphrase: string | null;
  /** Whether 24 words open the export, too. */
  words: boolean;
  /** A new file for the words; without it they are returned. */
  wordsFile?: string;
  /** An abort leaves no file, unless the export is whole already. */
  signal?: AbortSignal;
};

export type MadeExport = {
  path: string;
  /** The 24 words, unless they are in `wordsFile`. They are stored nowhere else. */
  words: string | null;
  wordsFile: string | null;
  /** Its number and its name in the list of devices. */
  device: number;
  deviceName: string;
  /** How many pinned people are in it. */
  people: number;
  /** The server has no copy of the keys: without the profile, the export is the only one. */
  localKeys: boolean;
};

/** What a rehearsal found. `failed` is empty when the export restores everything. */
export type CheckedExport = {
  name: string;
  /** ms since 1970 UTC. */
  madeAt: number;
  /** Whether a newer key of the account is missing in the export. */
  renewedSince: boolean;
  conversations: number;
  /** Messages in these conversations, with receipts, as the server counts them. */
  messages: number;
  /** Conversations whose newest message did not open. */
  failed: ConversationName[];
  /** People whose key is another one than the pinned one: nothing is opened before the person accepts it. */
  changed: string[];
};

export type ImportedExport = {
  name: string;
  /** hex. */
  fingerprint: string;
  server: string;
  madeAt: number;
  /** The device that this profile is now; null when it needs the password. */
  device: number | null;
  people: number;
  /** Whether a newer key of the account is missing here, until a login by password brings it. */
  renewedSince: boolean;
};

/** Where an import goes to, and what it asks. */
export type ImportOptions = Pick<ConnectOptions, 'ask' | 'timeout' | 'server' | 'deviceName'> & {
  /** Refuses the export of another account. */
  user?: string;
};
