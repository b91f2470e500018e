/**
 * Folder `store`: the operations on the database and their SQL; it knows no sessions, no events and no threads.
 *
 * Every operation is atomic and on stable storage when its promise resolves. Each throws Refusal 'disk-full' when the
 * disk is full (nothing is changed, later operations work again), and Error when the store is broken. Ids and hashes
 * have 32 bytes unless stated otherwise. Times are milliseconds since 1970 UTC by the daemon's clock.
 */
import type { Payer } from '../../protocol/crypto/worker-pool.ts';
import type {
  CardOperations,
  ClosingOperations,
  DeviceOperations,
  SharedStateOperations,
  VaultOperations,
} from './identity-store.ts';

export type Person = { idFp: Uint8Array; name: string };
export type EntryPosition = { seq: number; at: number };
export type EntryKind = 'note' | 'message' | 'log' | 'epoch';
export type EpochKey = { kind: 'chunk' | 'grant'; bytes: Uint8Array };

/** `duplicate`: the same bytes were stored before, and this is their first result. */
export type AppendResult = EntryPosition & { duplicate: boolean };

export type NewEntry = {
  conversation: Uint8Array;
  author: Person;
  /** 16 bytes, chosen by the author; unique for (conversation, author). */
  id: Uint8Array;
  device: number;
  /** Position in the chain of (conversation, author, device), from 1. */
  n: number;
  bytes: Uint8Array;
  file: Uint8Array | null;
  /** Most bytes of all messages of the author; null for no limit. */
  quota: number | null;
};

export type StoredEntry = EntryPosition & {
  kind: EntryKind;
  /** null for the daemon. */
  from: string | null;
  /** As posted; a note has both copies. */
  bytes: Uint8Array;
  file: Uint8Array | null;
  /** The reader's keys of an epoch. */
  keys: EpochKey[];
};

export type RoomState = {
  room: Uint8Array;
  name: string;
  /** Zeros while there is none. `epochLogN` is the n of the log entry it was made for. */
  epochId: Uint8Array;
  epochLogN: number;
  /** Position and bytes of that epoch; 0 and null while there is none. */
  epochSeq: number;
  epochBytes: Uint8Array | null;
  /** The newest position in the conversation. */
  head: number;
};

/**
 * An id is remembered for resends as long as its entry is kept. After retention has dropped the entry its number in the
 * device's chain is still known, so a resend is refused with 'order' and never stored twice.
 */
export interface EntryOperations {
  /**
   * Appends a note, and creates the conversation and its members with the first one. `stale` marks a note that is
   * sealed to an outdated card: it gets its first result if it was stored before, and is refused otherwise.
   * @throws Refusal 'id-reused' (same id, other bytes), 'stale-card', 'order' (`n` is not the next of its chain) or
   * 'quota'
   */
  appendNote(entry: NewEntry & { to: Person; stale: boolean }): AppendResult;
  /** Appends a room message. @throws Refusal as appendNote, 'not-permitted' (not a member) or 'stale-epoch' */
  appendMessage(entry: NewEntry & { epochId: Uint8Array }): AppendResult;
  /**
   * Entries with after < seq < before (null: no bound), oldest first; `newest` selects from the end. At least one if
   * there is one, then up to 500 and 180,000 bytes. Non-members may fetch only the log of an open room; `head` is then
   * the end of that log.
   * @throws Refusal 'no-such-conversation', also to non-members
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
   * Scans one stretch of entries from the cursor `from` (0 first), and drops notes and messages older than `before`,
   * their files, and the keys of epochs that no kept message uses. Log entries and epochs stay. `next` is null at the
   * end.
   */
  dropOlder(span: { before: number; from: number }): { dropped: number; next: number | null };
}

export interface ConversationOperations {
  /** The time of the newest entry; 0 when there is none. */
  newestTime(none: Record<string, never>): number;
  /**
   * Conversations of `reader` that began after the conversation `after`, 250 at most. `delivered` is the other side's
   * mark; 0 in rooms.
   */
  conversations(of: { reader: Uint8Array; after: Uint8Array | null }): {
    conversation: Uint8Array;
    with: string | null;
    room: string | null;
    head: number;
    read: number;
    delivered: number;
  }[];
  /** The newest identity called `name` in a private conversation of `reader`; null when there is none. */
  formerPeer(of: { reader: Uint8Array; name: string }): Uint8Array | null;
  /**
   * Moves a mark of `reader` forward, at most to the head. `moved`: it was lower before. `others` are the names of the
   * other members of a private conversation; empty for a room.
   * @throws Refusal 'no-such-conversation'
   */
  mark(to: { conversation: Uint8Array; reader: Uint8Array; mark: 'read' | 'delivered'; seq: number }): {
    moved: boolean;
    seq: number;
    others: string[];
  };
}

export interface RoomOperations {
  /** Adds a room with its create entry, which the daemon signed. @throws Refusal 'conflict' when it exists */
  createRoom(room: { room: Uint8Array; name: string; entry: Uint8Array; hash: Uint8Array }): EntryPosition;
  rooms(none: Record<string, never>): RoomState[];
  /** Log entries with n > after, in order, 500 at most. For the daemon itself. */
  roomLog(of: { room: Uint8Array; after: number }): { n: number; bytes: Uint8Array }[];
  /**
   * Appends entry `n`, which follows `prev`. The same entry again gets its first result.
   * @throws Refusal 'conflict' (not at the head)
   */
  appendLog(entry: {
    room: Uint8Array;
    /** null when the daemon signed it. */
    author: Person | null;
    n: number;
    prev: Uint8Array;
    hash: Uint8Array;
    bytes: Uint8Array;
    joins: Person | null;
    departs: Uint8Array | null;
  }): AppendResult;
  /**
   * Appends an epoch with each member's chunk. `logN` is the n of the log entry that its header names.
   * @throws Refusal 'conflict' (`epochPrev` is not current) or 'stale-epoch' (somebody left after `logN`)
   */
  appendEpoch(epoch: {
    room: Uint8Array;
    author: Person;
    epochId: Uint8Array;
    epochPrev: Uint8Array;
    logN: number;
    bytes: Uint8Array;
    keys: { idFp: Uint8Array; chunk: Uint8Array }[];
    /** As in NewEntry; the keys count too. */
    quota: number | null;
  }): AppendResult;
  /**
   * The n of the log entry that an epoch was made for.
   * @throws Refusal 'stale-epoch' when there is no such epoch, or somebody left since
   */
  openEpoch(of: { room: Uint8Array; epochId: Uint8Array }): { logN: number };
  /** Stores a grant for `to`; the newest three are kept. @throws Refusal 'stale-epoch', as openEpoch */
  addGrant(grant: { room: Uint8Array; epochId: Uint8Array; to: Uint8Array; bytes: Uint8Array }): null;
}

export type FileRow = {
  /** 16 bytes. */
  file: Uint8Array;
  /** The identity that opened it. Only its owner writes, resumes and lists it. */
  owner: Uint8Array;
  conversation: Uint8Array;
  /** Size of the plain file, bytes. */
  size: number;
  segSize: number;
  /** Segments on stable storage. */
  synced: number;
  /** Complete, synced and under its final name. */
  whole: boolean;
  /** SHA-256 of the stored (sealed) bytes, once it is whole. */
  sha256: Uint8Array | null;
};

/** `entry` as posted; a note has both copies. */
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
   * The row of `file`, created when missing. `charge` bytes of the owner's `quota` are reserved until it is dropped.
   * The caller compares owner, size and the rest. With 64 unlisted files the oldest is dropped, if it was idle for two
   * hours.
   * @throws Refusal 'quota', 'no-such-conversation' or 'id-reused'
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
  /**
   * Drops the row of an unlisted file of `owner`. Its bytes are then to be removed (doomedFiles).
   * @returns false when there is none
   */
  dropFile(file: { file: Uint8Array; owner: Uint8Array }): boolean;
  /** Drops the rows of unlisted files that were not touched since `before`, 500 at most. @returns how many */
  dropIdleFiles(idle: { before: number }): number;
  /**
   * Files without a row whose bytes are still to be removed, 500 at most. Nothing else in the folder is ever removed.
   */
  doomedFiles(none: Record<string, never>): Uint8Array[];
  /** Takes files off that list, after their bytes are gone. */
  forgetDoomedFiles(of: { files: Uint8Array[] }): null;
  /** The row of each of these files, in their order. */
  knownFiles(of: { files: Uint8Array[] }): (FileRow | null)[];
  /** Ids of whole files in order, from the one after `after` on, 5,000 at most. */
  wholeFiles(of: { after: Uint8Array | null }): Uint8Array[];
  /** The row of a whole file that is listed in a conversation of `reader`. */
  listedFile(of: { file: Uint8Array; reader: Uint8Array }): FileRow | null;
  /** Listed files of one conversation or of all of the reader's, newest first, as many as fit one answer. */
  files(of: { reader: Uint8Array; conversation: Uint8Array | null; before: { at: number; file: Uint8Array } | null }): {
    files: ListedFile[];
    more: boolean;
  };
}

export interface Operations
  extends EntryOperations,
    ConversationOperations,
    RoomOperations,
    CardOperations,
    VaultOperations,
    SharedStateOperations,
    FileOperations,
    DeviceOperations,
    ClosingOperations {}

export type OperationName = keyof Operations;

export type Store = {
  [N in OperationName]: (params: Parameters<Operations[N]>[0]) => Promise<ReturnType<Operations[N]>>;
} & {
  /** Finishes all pending operations, then closes. */
  close(): Promise<void>;
};

/** The client that an operation works for: it pays for the work, and a long answer continues when it has a turn. */
export type Requester = Payer & { turn(action: () => void): void };

/** A store that is shared fairly by its requesters. */
export type SharedStore = Store & {
  /** The same store, charged to `requester`. */
  for(requester: Requester): Store;
};
