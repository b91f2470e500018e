/**
 * Folder `wire`: the requests, answers and events between client and daemon, and their encoding; it knows no links and
 * opens nothing that is sealed. This file lists the requests: imperative names, each with its parameters and its
 * result.
 */
import * as v from 'valibot';
import { MAX_INVITE } from '../base/safe-text.ts';
import {
  address,
  bytes,
  deviceKind,
  deviceName,
  entry,
  exactBytes,
  fileId,
  hash,
  knownName,
  name,
  text,
  time,
  u32,
  u53,
} from './fields.ts';

const none = v.strictObject({});
/** A message or a record of OPAQUE, base64url; crypto/opaque-messages.ts knows the size of each. */
const opaque = text(512);
const card = bytes(2688);
const MAX_SHARED = 65_536;
/** The position and time of a stored entry. It is on stable storage: this answer is what "sent" means. */
export const entryPosition = v.strictObject({
  /** The place in the conversation. */
  seq: u53,
  /** When the daemon stored it. */
  at: time,
});

/** The answer to a login. */
export const welcome = v.strictObject({
  /** The number of this session, in the list of `sessions`. */
  session: u32,
  /** The account, as the daemon writes its name. */
  name: knownName,
  /** null until a legacy account has made its keys (`mustRenew`). */
  idFp: v.nullable(hash),
  /** The account has no keys yet: this session may only renew it. */
  mustRenew: v.boolean(),
  /** H(record, OPAQUE record), which names the vault of this password. null after a login by key. */
  recordHash: v.nullable(hash),
  /** The newest vault for this password, or null. */
  vault: v.nullable(v.strictObject({ version: u32, at: time })),
  /** The person's keys are only on their own machine; there is no vault. */
  localKeys: v.boolean(),
  /** The version of what this account's devices share; 0 for none. */
  shared: u32,
  /** For later logins by key from this device. Only after a login by password. */
  ticket: v.nullable(exactBytes(32)),
  /** The id of the lobby. */
  lobby: hash,
  /** The daemon's time. */
  at: time,
  /** The largest plain file that may be uploaded. */
  maxFileSize: u53,
});
export type Welcome = v.InferOutput<typeof welcome>;

export const file = v.strictObject({
  file: fileId,
  conversation: hash,
  /** The other person of a private conversation; null in a room. */
  with: v.nullable(knownName),
  /** Who shared it. */
  from: knownName,
  /** The time of the entry. */
  at: time,
  /** Of the plain file. */
  size: u53,
  segSize: u32,
  /** The entry with the manifest. */
  entry,
});

export const conversation = v.strictObject({
  conversation: hash,
  /** The other person of a private conversation; null for a room. */
  with: v.nullable(knownName),
  /** The room's name, such as `#lobby`; null for a private conversation. */
  room: v.nullable(text(33)),
  /** The seq of the newest entry. */
  head: u53,
  /** My read mark. */
  read: u53,
  /** The other person's delivered mark, a hint; 0 in a room. */
  delivered: u53,
});

export const requests = {
  // Before login
  /** Begins a registration. `invite` is the code where registration is by invitation, else null. */
  'register-start': {
    params: v.strictObject({ name, message: opaque, invite: v.nullable(text(MAX_INVITE)) }),
    result: v.strictObject({ message: opaque }),
  },
  /**
   * Makes the account. Then log in on the same link; the first request after that stores the vault, unless `localKeys`.
   */
  'register-finish': { params: v.strictObject({ record: opaque, card, localKeys: v.boolean() }), result: none },
  /** Begins a login by password. */
  'login-start': {
    params: v.strictObject({ method: v.literal('opaque1'), name, message: opaque }),
    result: v.strictObject({ message: opaque }),
  },
  /** The client's last message of OPAQUE. The answer proves that the daemon has the same session key, on this link. */
  'login-finish': { params: v.strictObject({ message: opaque }), result: v.strictObject({ proof: exactBytes(32) }) },
  /**
   * The client's proof, which ends a login by password. `device` is the number of the profile that logs in, not 0; its
   * ticket is bound to it. `deviceName` is for the person's list.
   */
  'login-prove': {
    params: v.strictObject({ proof: exactBytes(32), device: u32, deviceName: text(64) }),
    result: welcome,
  },
  /** Logs in with the ticket of a device, and a signature by the identity key. */
  'login-key': {
    params: v.strictObject({ name, device: u32, ticket: exactBytes(32), signature: exactBytes(384) }),
    result: welcome,
  },

  // The account
  /** Begins a change of the password. */
  'record-start': { params: v.strictObject({ message: opaque }), result: v.strictObject({ message: opaque }) },
  /** Stores a new password. `card` is null, except for an account that must renew: its first card ends that. */
  'record-finish': { params: v.strictObject({ record: opaque, card: v.nullable(card) }), result: none },
  /**
   * Stores the vault for the OPAQUE record with this hash: the current one, or the next one, before `record-finish`.
   * `version` is higher than that of the stored vault of this record.
   */
  'vault-put': {
    params: v.strictObject({ recordHash: hash, version: u32, vault: bytes(196_608) }),
    result: v.strictObject({ at: time }),
  },
  /** The vault of the current password. */
  'vault-get': { params: none, result: v.strictObject({ version: u32, vault: bytes(196_608), at: time }) },
  /**
   * Stores what this account's devices share, if the stored version is `after` (0 for none).
   * `version` is higher than `after`. Answered when it is on stable storage.
   */
  'shared-put': {
    params: v.strictObject({ after: u32, version: u32, shared: bytes(MAX_SHARED) }),
    result: v.strictObject({ at: time }),
  },
  /** Version 0 and null when there is none. */
  'shared-get': {
    params: none,
    result: v.strictObject({ version: u32, shared: v.nullable(bytes(MAX_SHARED)) }),
  },
  /** Closes my account, for good. The session ends after the answer. */
  'account-close': { params: none, result: none },
  /** Stores my next card. */
  'card-put': { params: v.strictObject({ card }), result: none },
  /**
   * The cards of a name from number `from` on, oldest first. For a name that nobody has, those of the person who had it
   * last in a private conversation of mine.
   */
  cards: { params: v.strictObject({ name, from: u53 }), result: v.strictObject({ cards: v.array(card) }) },
  /**
   * People whose names follow `after` in code point order (null: from the start), as many as fit. `next` is null on the
   * last page. `idFp` is null for an account without keys.
   */
  people: {
    params: v.strictObject({ after: v.nullable(name) }),
    result: v.strictObject({
      people: v.array(
        v.strictObject({ name: knownName, idFp: v.nullable(hash), online: v.boolean(), away: v.boolean() }),
      ),
      next: v.nullable(knownName),
    }),
  },
  /**
   * My sessions that are connected, and my devices that have a ticket, the one seen last first. `since` of a device: when
   * it got its first ticket; `lastSeen` and `address`: of its last login. `current`: the one that asks.
   */
  sessions: {
    params: none,
    result: v.strictObject({
      sessions: v.array(v.strictObject({ session: u32, device: u32, since: time, address, current: v.boolean() })),
      devices: v.array(
        v.strictObject({
          device: u32,
          name: deviceName,
          kind: deviceKind,
          since: time,
          lastSeen: time,
          address,
          current: v.boolean(),
        }),
      ),
    }),
  },
  /**
   * Ends a device's sessions and drops its ticket, so that it needs the password again. null means every other device.
   * `ended`: how many devices had a ticket.
   */
  'device-end': { params: v.strictObject({ device: v.nullable(u32) }), result: v.strictObject({ ended: u32 }) },
  /**
   * Makes another device of the account, and its ticket. A kind of `export`, for a file with the keys, needs a session
   * by password; `device` needs a session of an export. `name` is shown in the list of devices.
   */
  ticket: {
    params: v.strictObject({ device: u32, name: text(64), kind: deviceKind }),
    result: v.strictObject({ ticket: exactBytes(32) }),
  },
  /** The daemon's time. */
  ping: { params: none, result: v.strictObject({ at: time }) },
  /**
   * Whether the person looks elsewhere in this session. A name is away when it is online and all its sessions are away.
   */
  away: { params: v.strictObject({ away: v.boolean() }), result: none },
  /**
   * I am writing to `to`. The event goes to their online sessions and is not stored. An unknown name gets the same
   * answer.
   */
  typing: { params: v.strictObject({ to: name }), result: none },

  // Conversations
  /**
   * My conversations, in the order in which they began, after the conversation `after` (null: from the start). `next` is
   * null on the last page.
   */
  conversations: {
    params: v.strictObject({ after: v.nullable(hash) }),
    result: v.strictObject({ conversations: v.array(conversation), next: v.nullable(hash) }),
  },
  /**
   * Entries with `after` < seq < `before` (null: no bound), of these kinds (null: of all), oldest first, at most `limit`
   * and as many as fit. With `newest` they are the last of the range, still oldest first. `more`: the range has others.
   * `head`: the seq of the newest entry.
   */
  fetch: {
    params: v.strictObject({
      conversation: hash,
      after: u53,
      before: v.nullable(u53),
      limit: u32,
      newest: v.boolean(),
      kinds: v.nullable(v.array(v.picklist(['note', 'message', 'log', 'epoch']))),
    }),
    result: v.strictObject({ entries: v.array(entry), more: v.boolean(), head: u53 }),
  },
  /** Posts a note. `file`: the file whose manifest it is; it must be stored whole. */
  whisper: {
    params: v.strictObject({ to: name, note: bytes(16_384), file: v.nullable(fileId) }),
    result: entryPosition,
  },
  /** Posts a room message; `file` as in `whisper`. */
  say: {
    params: v.strictObject({ room: hash, message: bytes(16_384), file: v.nullable(fileId) }),
    result: entryPosition,
  },
  /** I have read everything up to `seq`. A mark never moves back. */
  read: { params: v.strictObject({ conversation: hash, seq: u53 }), result: none },
  /** This client has received everything up to `seq`. A hint for the sender. */
  deliver: { params: v.strictObject({ conversation: hash, seq: u53 }), result: none },

  // Rooms
  /** Appends my own join or leave to a room's log. */
  'log-append': { params: v.strictObject({ room: hash, entry: bytes(4096) }), result: entryPosition },
  /** The newest cards of a room's members, in order of idFp after `after` (null: from the start). */
  members: {
    params: v.strictObject({ room: hash, after: v.nullable(hash) }),
    result: v.strictObject({ members: v.array(v.strictObject({ name: knownName, card })), next: v.nullable(hash) }),
  },
  /** Begins an epoch: its signed header, and how many chunks will follow. Drops an earlier draft of this session. */
  'epoch-begin': { params: v.strictObject({ room: hash, epoch: bytes(2048), members: u32 }), result: none },
  /** Adds chunks to the draft, one for each member; an empty one for a member whose key nothing can be sealed to. */
  'epoch-keys': {
    params: v.strictObject({
      room: hash,
      keys: v.pipe(
        v.array(v.strictObject({ idFp: hash, chunk: v.union([exactBytes(1520), exactBytes(0)]) })),
        v.maxLength(128),
      ),
    }),
    result: none,
  },
  /** Stores the epoch and makes it current. */
  'epoch-commit': { params: v.strictObject({ room: hash }), result: entryPosition },
  /** Asks the members of a room for the key of an epoch. It arrives as the event `granted`. */
  'grant-ask': { params: v.strictObject({ room: hash, epochId: hash }), result: none },
  /** Answers the event `grant-wanted`. */
  grant: { params: v.strictObject({ room: hash, epochId: hash, to: name, grant: bytes(2048) }), result: none },

  // Files
  /**
   * Opens or resumes an upload. `next` is the first segment that is not stored, `window` the first that may not be sent
   * yet. `whole`: all of it is stored already, and nothing stays open.
   */
  'upload-open': {
    params: v.strictObject({ file: fileId, conversation: hash, size: u53, segSize: u32 }),
    result: v.strictObject({ transfer: u32, next: u53, window: u53, whole: v.boolean() }),
  },
  /**
   * All segments were sent. Answered when the file is whole and on stable storage. It is listed once its manifest is
   * posted.
   */
  'upload-finish': { params: v.strictObject({ transfer: u32 }), result: none },
  /** Opens a download: segments from `from` on arrive as records. `window` is the first that may not come yet. */
  'download-open': {
    params: v.strictObject({ file: fileId, from: u53, window: u53 }),
    result: v.strictObject({ transfer: u32, size: u53, segSize: u32 }),
  },
  /** Download: `window` is now the first segment that may not come yet. A window never shrinks. */
  window: { params: v.strictObject({ transfer: u32, window: u53 }), result: none },
  /** Ends a transfer. An upload can be opened again. */
  'transfer-end': { params: v.strictObject({ transfer: u32 }), result: none },
  /**
   * Gives up a file of mine that no entry lists, and frees its share of the quota. Also succeeds when the file is gone.
   */
  'upload-drop': { params: v.strictObject({ file: fileId }), result: none },
  /**
   * Files with a manifest, in one conversation or (null) in all of mine, newest first, before (`at`, `file`) of the last
   * one seen (null: from the newest).
   */
  files: {
    params: v.strictObject({
      conversation: v.nullable(hash),
      before: v.nullable(v.strictObject({ at: time, file: fileId })),
    }),
    result: v.strictObject({ files: v.array(file), more: v.boolean() }),
  },
};

export type RequestName = keyof typeof requests;
export type RequestParams<N extends RequestName> = v.InferOutput<(typeof requests)[N]['params']>;
export type RequestResult<N extends RequestName> = v.InferOutput<(typeof requests)[N]['result']>;
