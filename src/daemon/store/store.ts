/**
 * What the daemon remembers about conversations, cards and vaults, whatever holds it. Every operation is atomic, and what
 * it changed is on stable storage when its promise resolves. All of them @throw Refusal 'disk-full' when there is no room
 * (nothing was changed then, and later operations work again), and Error when the store itself is broken.
 * Identifiers and hashes are 32 bytes unless said otherwise, times are milliseconds since 1970 UTC by the daemon's clock.
 */
import type { Payer } from '../../protocol/crypto/worker-pool.ts';

export type Person = { idFp: Uint8Array; name: string };
export type EntryPosition = { seq: number; at: number };
export type EntryKind = 'note' | 'message' | 'log' | 'epoch';
export type EpochKey = { kind: 'chunk' | 'grant'; bytes: Uint8Array };

/** `again`: the same bytes were stored before, and this is their first answer. */
export type AppendResult = EntryPosition & { duplicate: boolean };

export type NewEntry = {
  conversation: Uint8Array;
  author: Person;
  /** 16 bytes, chosen by the author; unique per (conversation, author). */
  id: Uint8Array;
  device: number;
  /** Place in the chain of (conversation, author, device), from 1. */
  n: number;
  bytes: Uint8Array;
  file: Uint8Array | null;
  /** Bytes that all messages of the author may take; null: any. */
  quota: number | null;
};

export type StoredEntry = EntryPosition & {
  kind: EntryKind;
  /** null: the daemon. */
  from: string | null;
  /** As it was posted; a note with both its copies. */
  bytes: Uint8Array;
  file: Uint8Array | null;
  /** Of an epoch, for the reader. */
  keys: EpochKey[];
};

export type RoomState = {
  room: Uint8Array;
  name: string;
  /** Zeros while there is none. `epochLogN`: the n of the log entry it was made for. */
  epochId: Uint8Array;
  epochLogN: number;
  /** Place and bytes of that epoch; 0 and null while there is none. */
  epochSeq: number;
  epochBytes: Uint8Array | null;
  /** The newest place of the conversation. */
  head: number;
};

/**
 * How long an id is remembered for resends: as long as its entry is kept. After retention has dropped the entry its place in
 * the device chain is still known, so that a resend is answered 'order' and never stored a second time.
 */
export interface EntryOperations {
  /**
   * Adds a note; the conversation and its members come to be with the first one. A `stale` one is sealed to a card that is
   * not current: it gets its first answer if it was stored before, and is refused otherwise.
   * @throws Refusal 'id-reused' (same id, other bytes), 'stale-card', 'order' (`n` is not the next of its chain), 'quota'.
   */
  appendNote(entry: NewEntry & { to: Person; stale: boolean }): AppendResult;
  /** Adds a room message. @throws Refusal as appendNote, 'not-permitted' (not a member), 'stale-epoch'. */
  appendMessage(entry: NewEntry & { epochId: Uint8Array }): AppendResult;
  /**
   * Entries with after < seq < before (null: no bound), oldest first; `newest` takes them from the top. At least one when
   * there is one, then while they stay under 500 and 180,000 bytes. @throws Refusal 'no-such-conversation' to
   * non-members too, except for the log of an open room; `head` is where that log ends, then.
   */
  fetch(range: {
    conversation: Uint8Array;
    reader: Uint8Array;
    after: number;
    before: number | null;
    limit: number;
    newest: boolean;
    kinds: EntryKind[] | null;
  }): { entries: StoredEntry[]; more: boolean; head: number };
  /**
   * Looks at one stretch of the store, from the cursor `from` (0 first), and drops its notes and messages older than
   * `before`, with the files that they list and the keys of epochs that no kept message is under. Log entries and epochs
   * stay. Its files are doomed. `next` is null at the end.
   */
  dropOlder(span: { before: number; from: number }): { dropped: number; next: number | null };
}

export interface ConversationOperations {
  /** The time of the newest entry of all; 0 when there is none. */
  newestTime(none: Record<string, never>): number;
  /**
   * The conversations that `reader` is in, those that began after the one `after`, 250 at most. `delivered` is the other
   * side's mark; 0 in rooms.
   */
  conversations(of: { reader: Uint8Array; after: Uint8Array | null }): {
    conversation: Uint8Array;
    with: string | null;
    room: string | null;
    head: number;
    read: number;
    delivered: number;
  }[];
  /**
   * Moves a mark of `reader` forward, to the head at most. `moved`: it stood lower before. `others` are the names of the
   * other members of a private conversation, none in a room. @throws Refusal 'no-such-conversation'.
   */
  mark(to: { conversation: Uint8Array; reader: Uint8Array; mark: 'read' | 'delivered'; seq: number }): {
    moved: boolean;
    seq: number;
    others: string[];
  };
}

export interface RoomOperations {
  /** Adds a room with its daemon-signed create entry. @throws Refusal 'conflict' when it is there. */
  createRoom(room: { room: Uint8Array; name: string; entry: Uint8Array; hash: Uint8Array }): EntryPosition;
  rooms(none: Record<string, never>): RoomState[];
  /** Log entries of a room with n > after, in order, 500 at most; for the daemon itself. */
  roomLog(of: { room: Uint8Array; after: number }): { n: number; bytes: Uint8Array }[];
  /** Entry `n` of the log after `prev`. The same entry again: first answer. @throws Refusal 'conflict' (not the head). */
  appendLog(entry: {
    room: Uint8Array;
    /** null: signed by the daemon. */
    author: Person | null;
    n: number;
    prev: Uint8Array;
    hash: Uint8Array;
    bytes: Uint8Array;
    joins: Person | null;
    departs: Uint8Array | null;
  }): AppendResult;
  /**
   * A new epoch with the chunk of each member. `logN` is the n of the log entry its header names.
   * @throws Refusal 'conflict' (`epochPrev` is not current), 'stale-epoch' (a leave or remove follows `logN`).
   */
  appendEpoch(epoch: {
    room: Uint8Array;
    author: Person;
    epochId: Uint8Array;
    epochPrev: Uint8Array;
    logN: number;
    bytes: Uint8Array;
    keys: { idFp: Uint8Array; chunk: Uint8Array }[];
    /** As of a new entry; the keys count, too. */
    quota: number | null;
  }): AppendResult;
  /** The n of the log entry that an epoch was made for. @throws Refusal 'stale-epoch' when there is none such, or somebody left since */
  openEpoch(of: { room: Uint8Array; epochId: Uint8Array }): { logN: number };
  /** Keeps a grant for `to`, three at most, the newest ones. @throws Refusal 'stale-epoch', as of `openEpoch` */
  addGrant(grant: { room: Uint8Array; epochId: Uint8Array; to: Uint8Array; bytes: Uint8Array }): null;
}

export type CardRow = { idFp: Uint8Array; cardSeq: number; hash: Uint8Array; ekFp: Uint8Array; notAfter: number };

export interface CardOperations {
  /**
   * Adds the card that follows `prevHash` (zeros and cardSeq 1 for the first).
   * The same card again changes nothing. @throws Refusal 'conflict'.
   */
  addCard(card: CardRow & { prevHash: Uint8Array; bytes: Uint8Array }): null;
  /** Of each identity the newest, without its bytes; 1,000 after `after` (null: from the start) in order of idFp. */
  newestCards(page: { after: Uint8Array | null }): CardRow[];
  /** Of one identity from cardSeq `from` on, oldest first, 64 at most. */
  cards(of: { idFp: Uint8Array; from: number }): Uint8Array[];
  /** The newest card of each of these identities, in their order; null where there is none. */
  cardsOf(ids: { ids: Uint8Array[] }): (Uint8Array | null)[];
}

/** A vault belongs to an identity and to the hash of the OPAQUE record whose export key seals it. */
export interface VaultOperations {
  /**
   * Keeps a vault. Beside the one of `current` (the record of the account as it is) one other may stand: a password change
   * under way. @throws Refusal 'conflict' when `version` is not above the stored one (the same vault again: first answer).
   */
  putVault(vault: {
    idFp: Uint8Array;
    recordHash: Uint8Array;
    current: Uint8Array;
    version: number;
    bytes: Uint8Array;
  }): { at: number };
  vault(of: { idFp: Uint8Array; recordHash: Uint8Array }): { version: number; bytes: Uint8Array; at: number } | null;
  /** As `vault`, without the bytes. */
  vaultInfo(of: { idFp: Uint8Array; recordHash: Uint8Array }): { version: number; at: number } | null;
  /** After a good login: drops every vault of this identity but the one of `recordHash`, if that one is there. */
  dropOtherVaults(of: { idFp: Uint8Array; recordHash: Uint8Array }): null;
}

export type FileRow = {
  /** 16 bytes. */
  file: Uint8Array;
  /** Who opened it: only they write, resume and list it. */
  owner: Uint8Array;
  conversation: Uint8Array;
  /** Bytes of the plain file. */
  size: number;
  segSize: number;
  /** Segments that are on stable storage. */
  synced: number;
  /** Complete, synced and under its final name. */
  whole: boolean;
  /** Of the stored (sealed) bytes, once it is whole. */
  sha256: Uint8Array | null;
};

/** `entry` as it was posted; a note with both its copies. */
export type ListedFile = {
  file: Uint8Array;
  conversation: Uint8Array;
  with: string | null;
  from: string;
  at: number;
  size: number;
  segSize: number;
  entry: StoredEntry;
};

/** A file is listed once an entry that names it is stored; appendNote and appendMessage check that it may be. */
export interface FileOperations {
  /**
   * The row of `file`, made when there is none. `charge` bytes are reserved of the owner's `quota` until it is dropped.
   * The caller compares owner, size and the rest. Of 64 that are not listed the oldest one makes room when it was left alone
   * for two hours. @throws Refusal 'quota', 'no-such-conversation', 'id-reused'.
   */
  openFile(file: {
    file: Uint8Array;
    owner: Uint8Array;
    conversation: Uint8Array;
    size: number;
    segSize: number;
    charge: number;
    quota: number;
  }): FileRow;
  syncFile(file: { file: Uint8Array; synced: number }): null;
  finishFile(file: { file: Uint8Array; sha256: Uint8Array }): null;
  /** Drops the row of a file of `owner` that is not listed; false when there is none. The file is doomed. */
  dropFile(file: { file: Uint8Array; owner: Uint8Array }): boolean;
  /** Drops rows that are not listed and were not touched since `before`, 500 at most; gives how many. Their files are doomed. */
  dropIdleFiles(idle: { before: number }): number;
  /** Files without a row whose bytes are still to be removed, 500 at most. Nothing else in the folder is ever removed. */
  doomedFiles(none: Record<string, never>): Uint8Array[];
  /** Their bytes are gone. */
  forgetDoomedFiles(of: { files: Uint8Array[] }): null;
  /** The row of each of these, in their order. */
  knownFiles(of: { files: Uint8Array[] }): (FileRow | null)[];
  /** Files that are stored whole, in the order of their ids, from the one behind `after` on, 5,000 at most. */
  wholeFiles(of: { after: Uint8Array | null }): Uint8Array[];
  /** A whole file that is listed in a conversation that `reader` is in. */
  listedFile(of: { file: Uint8Array; reader: Uint8Array }): FileRow | null;
  /** Listed files of one conversation or of all of the reader's, newest first, as many as fit one answer. */
  files(of: { reader: Uint8Array; conversation: Uint8Array | null; before: { at: number; file: Uint8Array } | null }): {
    files: ListedFile[];
    more: boolean;
  };
}

/** Devices are u32 numbers that the clients choose. */
export interface DeviceOperations {
  /** The ticket of a device, in the place of an older one. 64 devices a person; the one seen longest ago makes room. */
  putDevice(device: { idFp: Uint8Array; device: number; ticketHash: Uint8Array }): null;
  /** Whether this is the device's ticket; `seen`: then notes that the device was seen. */
  checkTicket(device: { idFp: Uint8Array; device: number; ticketHash: Uint8Array; seen: boolean }): boolean;
  /** The one seen last first. */
  devices(of: { idFp: Uint8Array }): { device: number; lastSeen: number }[];
  /** Drops one device, or with null every one but `but`. Gives how many. */
  dropDevices(which: { idFp: Uint8Array; device: number | null; but: number }): number;
}

export interface Operations
  extends EntryOperations,
    ConversationOperations,
    RoomOperations,
    CardOperations,
    VaultOperations,
    FileOperations,
    DeviceOperations {}

export type OperationName = keyof Operations;

export type Store = {
  [N in OperationName]: (params: Parameters<Operations[N]>[0]) => Promise<ReturnType<Operations[N]>>;
} & {
  /** Finishes what was asked, then closes. */
  close(): Promise<void>;
};

/** Who asks: pays for the work, and goes on with a long answer when it has a turn. */
export type Requester = Payer & { turn(action: () => void): void };

/** A store that those who ask take turns at. */
export type SharedStore = Store & {
  /** The same store, on the account of `asker`. */
  for(asker: Requester): Store;
};
