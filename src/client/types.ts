/** The types of the library. The screen and the shell commands use them, too. */
import type { ClientErrorCode } from './errors.ts';

/** `@bob` names the private conversation with bob, `#lobby` a room. */
export type ConversationName = `@${string}` | `#${string}`;

/**
 * - `sending`: in the outbox.
 * - `sent`: stored by the server.
 * - `delivered`: the other side signed a receipt.
 * - `failed`: refused for good; `retry` sends it again, `remove` discards it.
 */
export type SendState = 'sending' | 'sent' | 'delivered' | 'failed';

/** A file that a message shares. */
export type FileInfo = {
  /** 32 hex digits. */
  id: string;
  /** Identity fingerprint of the key that signed the message, hex. */
  author: string;
  conversation: ConversationName;
  /** The author's name. */
  from: string;
  /** True if a former key of `from` signed the message: the holder of that key may be another person. */
  formerKey: boolean;
  name: string;
  /** Media type; '' when unknown. */
  type: string;
  /** Bytes of the plain file. */
  size: number;
  /** SHA-256 of the plain file, hex. */
  sha256: string;
  /** When the server stored the message, by its clock; ms since 1970 UTC. */
  at: number;
  /** When the author shared the file, by the author's clock; ms since 1970 UTC. */
  sentAt: number;
};

/** Identifies a file. The id alone is not enough: a dishonest server may list one id for two authors. */
export type FileRef = Pick<FileInfo, 'author' | 'id'>;

/** A file of a conversation, and the path where this profile saved it; null if it did not, or the copy is gone or changed. */
export type ListedFile = FileInfo & { saved: string | null };

/** Identifies a message in its conversation. The id alone is not enough: another author may choose the same one. */
export type MessageRef = Pick<Message, 'author' | 'id'>;

/** What a message contains. */
export type Body =
  | { kind: 'text'; text: string }
  | { kind: 'reply'; to: MessageRef; text: string }
  /** A kind that only later versions know; `text` says so. */
  | { kind: 'unknown'; text: string }
  | { kind: 'file'; file: FileInfo };

export type Message = {
  /** 32 hex digits, chosen by the author; unique for each author and conversation. */
  id: string;
  /** Identity fingerprint of the key that signed it, hex. */
  author: string;
  conversation: ConversationName;
  /**
   * Position in the conversation; later messages have higher numbers. null until the server has stored it and, in a room, confirmed
   * the position. Negative for messages under a key that the person had before: they come before all messages under the current
   * key.
   */
  seq: number | null;
  /** The author's name. */
  from: string;
  /** True if a former key of `from` signed it: the holder of that key may be another person. */
  formerKey: boolean;
  /** The recipient's name; null in a room. */
  to: string | null;
  /** When the server stored it, by its clock, or `sentAt` until that is known; ms since 1970 UTC. */
  at: number;
  /**
   * When the author wrote it, by the author's clock; ms since 1970 UTC. If it differs from `at` by more than a minute, the message
   * was held back, had to wait, or one of the clocks is wrong.
   */
  sentAt: number;
  body: Body;
  edited: boolean;
  deleted: boolean;
  /**
   * For each emoji, the names of those who chose it. A name that signed with a former key ends with ` (former key)`. Other programs
   * may send words instead of emoji. The object has no prototype.
   */
  reactions: Record<string, string[]>;
  /** True if the author's key is one that this person has compared (`setVerified`). */
  verified: boolean;
  state: SendState;
  /** Why `state` is `failed`: a sentence for the person. */
  error: string | null;
  /** True if it was sealed to a key that had expired long before. */
  late: boolean;
};

/** Messages that are missing, out of order or forked, because the server or the network withheld or changed them; or unreadable ones. */
export type Gap = {
  conversation: ConversationName;
  /** The author's name; '' if unknown. */
  from: string;
  /** The gap belongs before the message with this seq. */
  before: number;
  /**
   * - `missing`: messages are missing before this one, or their order was changed.
   * - `fork`: the author's device sent different messages under one number.
   * - `unreadable`: the bytes cannot be opened.
   * - `locked`: no member of the room has given this client the key yet; the message follows when one does.
   * - `key-changed`: the key of `from`, who wrote the message or made the room's key for it, is not the accepted one; the message
   *   follows after `acceptKey`.
   */
  reason: 'missing' | 'fork' | 'unreadable' | 'locked' | 'key-changed';
};

/** An account of the server. */
export type Person = {
  name: string;
  online: boolean;
  /** True if the person is online and away in every session. */
  away: boolean;
  /** Identity fingerprint, hex; null while the account has no keys. */
  fingerprint: string | null;
  /** True if this person compared the key (`setVerified`). */
  verified: boolean;
  /** The fingerprint of a new key that differs from the pinned one: nothing is sent until `acceptKey`. null if the key did not change. */
  changedTo: string | null;
};

export type Conversation = {
  name: ConversationName;
  /** The highest seq that is known. */
  head: number;
  /** This account has read everything up to this seq. */
  read: number;
  /** Number of unread messages. */
  unread: number;
  /** When the newest message was stored, ms since 1970 UTC; 0 if there is none. */
  at: number;
};

export type LinkState =
  | { state: 'connecting' }
  | { state: 'online' }
  /** The connection was lost; the next attempt is at `retryAt`, ms since 1970 UTC. */
  | { state: 'waiting'; retryAt: number; reason: string }
  /**
   * Closed for good. `code` says why; it is missing after `close`. After `key-changed` the client still tries again once a minute.
   */
  | { state: 'closed'; reason: string; code?: ClientErrorCode };

/** A device of this account: a profile that has logged in, or an export of the account's keys. Times are ms since 1970 UTC. */
export type Device = {
  /** Its number, which it chose. */
  device: number;
  /** The name that it chose; '' if it has none. */
  name: string;
  /** `export`: a file with the keys, which can log in. */
  kind: 'device' | 'export';
  /** When it logged in for the first time or after it was logged out, or was exported. */
  since: number;
  /** When it logged in last. */
  lastSeen: number;
  /** The address from which it logged in last, as the server says. */
  address: string;
  online: boolean;
  /** It is this device. */
  current: boolean;
  /** The person has not looked at it yet: see `markDevicesSeen`. */
  isNew: boolean;
};

/** How many devices were logged out, and how many of them were exports of the keys. */
export type EndedDevices = { ended: number; exports: number };

/** A device that was added at `at` (ms since 1970 UTC), and that the person has not looked at. */
export type NewDevice = Pick<Device, 'device' | 'kind' | 'name' | 'address'> & { at: number };

/** The lock of a profile. `after`: the screen asks for the passphrase again after this time without a key, in ms; null for never. */
export type ProfileLock = { after: number | null };

/** An upload or a download. */
export type TransferState = {
  /** The file's id, 32 hex digits. */
  id: string;
  /** Identity fingerprint of the person who shares the file, hex. */
  author: string;
  direction: 'up' | 'down';
  /** The file's name. */
  name: string;
  conversation: ConversationName;
  /** Bytes of the file. */
  size: number;
  /** Bytes done. */
  done: number;
  /** Bytes a second, averaged over the last 3 seconds; 0 while it is not running. */
  rate: number;
  /** `resume` continues a paused or failed transfer, `drop` gives it up. */
  state: 'running' | 'paused' | 'done' | 'failed' | 'cancelled';
  /** Done: the path of the saved file (downloads only). Failed: why. Paused: why, unless the person paused it. */
  note: string | null;
};

export type ClientEvent =
  | { type: 'link'; link: LinkState }
  /** A new message (`fresh`), or one that changed (its state, an edit, a reaction): same author and id. */
  | { type: 'message'; message: Message; fresh: boolean }
  /** A message without a seq that is not in the conversation after all. If it is stored later, a `message` event follows. */
  | ({ type: 'withdrawn'; conversation: ConversationName } & MessageRef)
  | { type: 'gap'; gap: Gap }
  /** The messages of the conversation have other positions now: read its history again. */
  | { type: 'moved'; conversation: ConversationName }
  | { type: 'people'; people: Person[] }
  /** The account of `name` is gone: its owner closed it, or the operator removed it. What was said stays. */
  | { type: 'unregistered'; name: string }
  /** The person is typing to this account, as the server says. No event tells when they stop. */
  | { type: 'typing'; name: string }
  | { type: 'conversation'; conversation: Conversation }
  | { type: 'transfer'; transfer: TransferState }
  /** The server shows a new key for `name`. `pinned` and `offered` are identity fingerprints, hex. */
  | { type: 'key-changed'; name: string; pinned: string; offered: string }
  /** A device was added, now or while this client was not connected. Comes again at each start until `markDevicesSeen`. */
  | ({ type: 'new-device' } & NewDevice)
  /** The person has looked at these new devices, here or in another program of this profile, or they were logged out. */
  | { type: 'devices-seen'; devices: readonly number[] }
  /** The person muted the conversation, or took that back, in this program or on any of their devices. */
  | { type: 'muted'; conversation: ConversationName; on: boolean }
  /** The person blocked `name`, or took that back, in this program or on any of their devices. */
  | { type: 'blocked'; name: string; on: boolean }
  /** A sentence for the person. */
  | { type: 'notice'; text: string };

/** `signal`: an abort pauses the transfer; an abort with the reason `'drop'` gives it up. `onProgress` is called a few times a second. */
export type TransferOptions = { onProgress?: (transfer: TransferState) => void; signal?: AbortSignal };
