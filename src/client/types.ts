/** What the client tells and is asked: the words that the screen, the shell commands and library users share. */
import type { ClientErrorCode } from './errors.ts';

/** `@bob` for a private conversation, `#lobby` for a room. */
export type ConversationName = `@${string}` | `#${string}`;

/**
 * sending: in the outbox; sent: stored by the daemon; delivered: receipt signed by the other side; failed: refused for
 * good.
 */
export type SendState = 'sending' | 'sent' | 'delivered' | 'failed';

export type FileInfo = {
  /** 32 hex digits. */
  id: string;
  /** As in Message. */
  author: string;
  conversation: ConversationName;
  from: string;
  /** As in Message. */
  formerKey: boolean;
  name: string;
  type: string;
  /** Bytes of the plain file. */
  size: number;
  /** SHA-256 of the plain file, hex. */
  sha256: string;
  /** The daemon's time, ms since 1970 UTC. */
  at: number;
  /** The author's own clock: when they shared it. */
  sentAt: number;
};

/** What names a file: a dishonest daemon may list an id of two authors. */
export type FileRef = Pick<FileInfo, 'author' | 'id'>;

/** A file of a conversation, and where this profile saved and verified it: null when it did not, or the copy is gone or changed. */
export type ListedFile = FileInfo & { saved: string | null };

/** What names a message in its conversation: another author may choose the same id. */
export type MessageRef = Pick<Message, 'author' | 'id'>;

export type Body =
  | { kind: 'text'; text: string }
  | { kind: 'reply'; to: MessageRef; text: string }
  | { kind: 'file'; file: FileInfo };

export type Message = {
  /** 32 hex digits, made by the author; unique per author and conversation. */
  id: string;
  /** Identity fingerprint of the key that signed it, hex. */
  author: string;
  conversation: ConversationName;
  /**
   * Place in the conversation's order; null until the daemon has answered, in a room until it has vouched for the place. Below
   * zero for what was said under a key that the person had before: it stands before everything under the key of now.
   */
  seq: number | null;
  from: string;
  /** Signed by a former key of this name: its holder may not be this person. */
  formerKey: boolean;
  /** null in a room. */
  to: string | null;
  /** The daemon's time once it is known, else `sentAt`; ms since 1970 UTC. */
  at: number;
  /** The author's own clock. More than a minute from `at` it was held back, had to wait, or one of the clocks is wrong. */
  sentAt: number;
  body: Body;
  edited: boolean;
  deleted: boolean;
  /** Emoji to the names of those who chose it, with ` (former key)` behind a name that signed with one. Other programs may send words that are no emoji. No prototype. */
  reactions: Record<string, string[]>;
  /** The author's key was compared by the person (`verify`). */
  verified: boolean;
  state: SendState;
  /** Why `state` is failed: a sentence for the person. */
  error: string | null;
  /** Sealed to a key that had long expired. */
  late: boolean;
};

/**
 * Something between two messages is missing, out of order or forked: the daemon or the path withheld it. Or it cannot
 * be read.
 */
export type Gap = {
  conversation: ConversationName;
  from: string;
  /** Shown before the message with this seq. */
  before: number;
  /**
   * locked: said in a room under a key that nobody has given yet; it is shown when somebody does. key-changed: the key of
   * `from`, who said it or made the room's key that it was said under, is not the accepted one; it is shown after acceptKey.
   */
  reason: 'missing' | 'fork' | 'unreadable' | 'locked' | 'key-changed';
};

export type Person = {
  name: string;
  online: boolean;
  /** Here, and says to look elsewhere, in every session. */
  away: boolean;
  /** Identity fingerprint, hex; null while a legacy account has no keys. */
  fingerprint: string | null;
  verified: boolean;
  /** The key differs from the pinned one: sending is blocked until the person decides. Holds the new fingerprint. */
  changedTo: string | null;
};

export type Conversation = {
  name: ConversationName;
  head: number;
  /** Own read position. */
  read: number;
  unread: number;
  /** ms since 1970 UTC of the newest message, 0 when there is none. */
  at: number;
};

export type LinkState =
  | { state: 'connecting' }
  | { state: 'online' }
  | { state: 'waiting' /** ms since 1970 UTC */; retryAt: number; reason: string }
  /** `code` tells why it was, unless `close` was called. After 'key-changed' it is tried again now and then all the same. */
  | { state: 'closed'; reason: string; code?: ClientErrorCode };

export type TransferState = {
  /** The file's id, hex. */
  id: string;
  /** Who shared it, or is to: as in Message. */
  author: string;
  direction: 'up' | 'down';
  name: string;
  conversation: ConversationName;
  size: number;
  /** Bytes done. */
  done: number;
  /** Bytes a second over the last seconds; 0 while paused. */
  rate: number;
  /** paused and failed: `resume` goes on with it where it stopped, `drop` gives it up. */
  state: 'running' | 'paused' | 'done' | 'failed' | 'cancelled';
  /** done: the saved file's path (down); failed: why; paused: why, when nobody asked for that, as after a crash. */
  note: string | null;
};

export type ClientEvent =
  | { type: 'link'; link: LinkState }
  /** New, or one that changed (its state, an edit, a reaction): same author and id. */
  | { type: 'message'; message: Message; fresh: boolean }
  /** A message without a seq is not in the conversation after all, or comes again when it is. */
  | ({ type: 'withdrawn'; conversation: ConversationName } & MessageRef)
  | { type: 'gap'; gap: Gap }
  /** Its messages have other places now: what is held of it is to be read again. */
  | { type: 'moved'; conversation: ConversationName }
  | { type: 'people'; people: Person[] }
  /** Somebody writes to me privately now, as the daemon says; nothing tells when they stop. */
  | { type: 'typing'; name: string }
  | { type: 'conversation'; conversation: Conversation }
  | { type: 'transfer'; transfer: TransferState }
  | { type: 'key-changed'; name: string; pinned: string; offered: string }
  /** A sentence for the person: cache trimmed, room re-keyed by a stranger, daemon's notice. */
  | { type: 'notice'; text: string };

/**
 * What the daemon says of the account and this profile knows otherwise. no-keys: there are none, on a machine that has none
 * either. reset: there are none, but this profile has them. other-identity: there is another one. vault-back: the stored copy of
 * the keys is older than one that it took. keeps-no-vault: it stores no copy. other-keys: the stored keys do not lead on from those here.
 */
export type Doubt = {
  kind: 'no-keys' | 'reset' | 'other-identity' | 'vault-back' | 'keeps-no-vault' | 'other-keys';
  name: string;
  /** A sentence, lower case, without its full stop. */
  statement: string;
  /** What a yes does. */
  question: string;
};

/** What is asked while connecting. Every wait shows what it waits for through `progress`. */
export type Ask = {
  /** A daemon that this profile does not know. Resolve true to remember it. */
  trust(daemon: { address: string; fingerprint: string; words: string }): Promise<boolean>;
  /** null when nobody can be asked. */
  password(name: string): Promise<string | null>;
  /** Only a person can say yes; without it the answer is no, and the login fails with 'untrusted'. */
  confirm?(doubt: Doubt): Promise<boolean>;
  progress(step: 'keys' | 'connect' | 'login' | 'vault' | 'sync'): void;
  /**
   * The server answers, but lets nobody in for now: its disk is full, or it is busy. It is tried again until that has passed;
   * told before each pause. `giveUp` ends the wait, with that refusal. Without this function the wait ends so after `timeout`.
   */
  waiting?(reason: string, giveUp: () => void): void;
};

export type ConnectOptions = {
  /** host:port or a join link `securechat://host:port#fingerprint`; default 127.0.0.1:65345. */
  server?: string;
  user: string;
  ask: Ask;
  /** When given it is what logs in, even where a key of this profile would do: a wrong one fails. */
  password?: string;
  /** Profile folder; XDG by default. */
  profile?: string;
  /** ms until the server must have been reached; default 10,000. Then it may let nobody in for now: `ask.waiting`. One that falls silent after that is given up within 25 s. */
  timeout?: number;
  /** Make the account instead of logging in. */
  register?: { invite?: string; localKeys?: boolean };
};

export interface Client {
  readonly me: {
    name: string;
    /** Identity fingerprint, hex. */
    fingerprint: string;
    daemon: { address: string; fingerprint: string };
    device: number;
  };
  readonly link: LinkState;
  /** The returned function ends the subscription. What a listener throws is told to all as a notice. */
  subscribe(listener: (event: ClientEvent) => void): () => void;
  /** Where something was said, and where something of mine is not sent yet or failed, also to a name that nobody has. */
  conversations(): Promise<Conversation[]>;
  people(): Promise<Person[]>;
  /** Oldest first; `before` is a seq (exclusive). Opens from the local cache and fetches what it lacks. */
  history(
    conversation: ConversationName,
    options?: { before?: number; limit?: number; since?: number },
  ): Promise<{ messages: Message[]; gaps: Gap[]; more: boolean }>;
  /** Stores in the outbox and resolves; the rest comes as events: without a link also that there is nobody of that name. @throws ClientError */
  queue(to: ConversationName, body: string, options?: { reply?: MessageRef }): Promise<Message>;
  /** Resolves when the message reached `until`. @throws ClientError */
  send(to: ConversationName, text: string, options?: { until?: 'sent' | 'delivered' }): Promise<Message>;
  edit(message: Message, text: string): Promise<void>;
  remove(message: Message): Promise<void>;
  /** @throws ClientError 'usage' when what is to be added is not one emoji */
  react(message: Message, emoji: string, on: boolean): Promise<void>;
  retry(id: string): Promise<void>;
  markRead(conversation: ConversationName, seq: number): Promise<void>;
  /** I am writing there. Told in a private conversation only, once in 3 s at most, and never an error. */
  typing(to: ConversationName): void;
  /** Whether I look elsewhere; told again after a link that was lost. @throws ClientError 'refused' when it changes too often */
  away(on: boolean): Promise<void>;
  /** Tries the lost link at once, and gives up an attempt that has not been answered; does nothing while there is one. */
  reconnect(): void;
  /** Resolves when the file is stored whole and posted. Repeated with the same file it goes on where it stopped. */
  upload(to: ConversationName, path: string, options?: TransferOptions): Promise<FileInfo>;
  files(conversation?: ConversationName): Promise<ListedFile[]>;
  /** Resolves with the path it was saved under, verified. Repeated with the same folder it goes on where it stopped. */
  download(file: FileRef, options: TransferOptions & { dir: string }): Promise<string>;
  /**
   * What this account began from this profile and neither finished nor gave up, also before this start: what is under way in
   * this client as it is, all else paused, with what is done as far as it is known without asking the daemon; done, once, what
   * ended with its program in the moment in which it was saved. What another program of this profile is working on is left out.
   */
  transfers(): Promise<TransferState[]>;
  /**
   * Goes on with a paused or failed transfer, an upload from the same path, a download into the same folder, or anew into `dir`
   * when nothing can be written there any more. Resolves when it is done. @throws ClientError 'usage' when the file to be sent is
   * gone or changed: the transfer stays, put it back or `drop` it; 'refused' when nothing is left to go on with
   */
  resume(transfer: FileRef, options?: TransferOptions & { dir?: string }): Promise<TransferState>;
  /** Stops a transfer of this client, for `resume` now or after another start. Resolves when it has stopped. @throws ClientError 'refused' */
  pause(transfer: FileRef): Promise<void>;
  /**
   * Gives up a transfer: what the daemon has of an upload and the `.part` of a download go. Without a link the daemon hears of it
   * at the next login. @throws ClientError 'refused' when there is no such transfer, or another program works on it
   */
  drop(transfer: FileRef): Promise<void>;
  /** 60 digits to compare with the other side. */
  safetyNumber(name: string): Promise<string>;
  setVerified(name: string, verified: boolean): Promise<void>;
  /** Takes the changed key that was shown as the person's new one. @throws ClientError 'key-changed' for another, 'refused' without one */
  acceptKey(name: string): Promise<void>;
  sessions(): Promise<{ device: number; lastSeen: number; online: boolean; current: boolean }[]>;
  /** null: every other device. */
  endDevice(device: number | null): Promise<number>;
  passwd(oldPassword: string, newPassword: string): Promise<void>;
  /** Gives what is under way a moment, closes the link with a goodbye. */
  close(): Promise<void>;
}

/** An abort of the signal pauses the transfer; with the reason 'drop' it is given up. */
export type TransferOptions = { onProgress?: (transfer: TransferState) => void; signal?: AbortSignal };
