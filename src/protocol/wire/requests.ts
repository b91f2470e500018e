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
const entryPosition = v.strictObject({ seq: u53, at: time });

/** The answer to a login. */
const welcome = v.strictObject({
  session: u32,
  name: knownName,
  /** null until a legacy account has made its keys (`mustRenew`). */
  idFp: v.nullable(hash),
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
  lobby: hash,
  at: time,
  maxFileSize: u53,
});
export type Welcome = v.InferOutput<typeof welcome>;

const file = v.strictObject({
  file: fileId,
  conversation: hash,
  with: v.nullable(knownName),
  from: knownName,
  at: time,
  size: u53,
  segSize: u32,
  /** The entry with the manifest. */
  entry,
});

const conversation = v.strictObject({
  conversation: hash,
  /** The other person of a private conversation; null for a room. */
  with: v.nullable(knownName),
  /** The room's name, such as `#lobby`; null for a private conversation. */
  room: v.nullable(text(33)),
  head: u53,
  read: u53,
  /** The other person's delivered mark, a hint. */
  delivered: u53,
});

export const requests = {
  // Before login
  'register-start': {
    params: v.strictObject({ name, message: opaque, invite: v.nullable(text(MAX_INVITE)) }),
    result: v.strictObject({ message: opaque }),
  },
  /**
   * Makes the account. Then log in on the same link; the first request after that stores the vault, unless `localKeys`.
   */
  'register-finish': { params: v.strictObject({ record: opaque, card, localKeys: v.boolean() }), result: none },
  'login-start': {
    params: v.strictObject({ method: v.literal('opaque1'), name, message: opaque }),
    result: v.strictObject({ message: opaque }),
  },
  'login-finish': { params: v.strictObject({ message: opaque }), result: v.strictObject({ proof: exactBytes(32) }) },
  /** `device` is the number of the profile that logs in; its ticket is bound to it. `deviceName` is for the person's list. */
  'login-prove': {
    params: v.strictObject({ proof: exactBytes(32), device: u32, deviceName: text(64) }),
    result: welcome,
  },
  'login-key': {
    params: v.strictObject({ name, device: u32, ticket: exactBytes(32), signature: exactBytes(384) }),
    result: welcome,
  },

  // The account
  'record-start': { params: v.strictObject({ message: opaque }), result: v.strictObject({ message: opaque }) },
  /** Stores a new password. With a card it also ends `mustRenew`. */
  'record-finish': { params: v.strictObject({ record: opaque, card: v.nullable(card) }), result: none },
  'vault-put': {
    params: v.strictObject({ recordHash: hash, version: u32, vault: bytes(196_608) }),
    result: v.strictObject({ at: time }),
  },
  'vault-get': { params: none, result: v.strictObject({ version: u32, vault: bytes(196_608), at: time }) },
  /**
   * Stores what this account's devices share (sealed/shared-state.ts), if the stored version is `after` (0 for none).
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
  'card-put': { params: v.strictObject({ card }), result: none },
  /** The cards of a name from cardSeq `from` on, oldest first, 64 at most. */
  cards: { params: v.strictObject({ name, from: u53 }), result: v.strictObject({ cards: v.array(card) }) },
  /**
   * People whose names follow `after` in code point order, as many as fit, 1,000 at most. `next` is null on the last
   * page.
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
  sessions: {
    params: none,
    result: v.strictObject({
      sessions: v.array(v.strictObject({ session: u32, device: u32, since: time, address, current: v.boolean() })),
      /** `since`: when it got its first ticket. `lastSeen` and `address`: of its last login. */
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
   * Makes another device of the account, and its ticket. kind 'export', for a file with the keys, needs a session by
   * password; kind 'device' needs a session of an export. `name` is shown in the list of devices.
   */
  ticket: {
    params: v.strictObject({ device: u32, name: text(64), kind: deviceKind }),
    result: v.strictObject({ ticket: exactBytes(32) }),
  },
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
  /** My conversations that began after the conversation `after`, in order, as many as fit. */
  conversations: {
    params: v.strictObject({ after: v.nullable(hash) }),
    result: v.strictObject({ conversations: v.array(conversation), next: v.nullable(hash) }),
  },
  /**
   * Entries with after < seq < before (null: no bound), oldest first; `newest` selects from the end. As many as fit.
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
  whisper: {
    params: v.strictObject({ to: name, note: bytes(16_384), file: v.nullable(fileId) }),
    result: entryPosition,
  },
  say: {
    params: v.strictObject({ room: hash, message: bytes(16_384), file: v.nullable(fileId) }),
    result: entryPosition,
  },
  /** I have read everything up to `seq`. A mark never moves back. */
  read: { params: v.strictObject({ conversation: hash, seq: u53 }), result: none },
  /** This client has received everything up to `seq`. A hint for the sender. */
  deliver: { params: v.strictObject({ conversation: hash, seq: u53 }), result: none },

  // Rooms
  'log-append': { params: v.strictObject({ room: hash, entry: bytes(4096) }), result: entryPosition },
  /** The current cards of a room's members, in order of idFp after `after`, 64 at most. */
  members: {
    params: v.strictObject({ room: hash, after: v.nullable(hash) }),
    result: v.strictObject({ members: v.array(v.strictObject({ name: knownName, card })), next: v.nullable(hash) }),
  },
  'epoch-begin': { params: v.strictObject({ room: hash, epoch: bytes(2048), members: u32 }), result: none },
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
  'epoch-commit': { params: v.strictObject({ room: hash }), result: entryPosition },
  'grant-ask': { params: v.strictObject({ room: hash, epochId: hash }), result: none },
  grant: { params: v.strictObject({ room: hash, epochId: hash, to: name, grant: bytes(2048) }), result: none },

  // Files
  /** `next` is the first segment that is not stored, `window` the first that may not be sent yet. */
  'upload-open': {
    params: v.strictObject({ file: fileId, conversation: hash, size: u53, segSize: u32 }),
    result: v.strictObject({ transfer: u32, next: u53, window: u53, whole: v.boolean() }),
  },
  /**
   * All segments were sent. Answered when the file is whole and on stable storage. It is listed once its manifest is
   * posted.
   */
  'upload-finish': { params: v.strictObject({ transfer: u32 }), result: none },
  /** Segments from `from` on arrive as records; those below `window` may come at once. */
  'download-open': {
    params: v.strictObject({ file: fileId, from: u53, window: u53 }),
    result: v.strictObject({ transfer: u32, size: u53, segSize: u32 }),
  },
  /** Download: segments below `window` may be sent. */
  window: { params: v.strictObject({ transfer: u32, window: u53 }), result: none },
  'transfer-end': { params: v.strictObject({ transfer: u32 }), result: none },
  /**
   * Gives up a file of mine that no entry lists, and frees its share of the quota. Also succeeds when the file is gone.
   */
  'upload-drop': { params: v.strictObject({ file: fileId }), result: none },
  /**
   * Files with a manifest, in one conversation or in all of mine, newest first, before (`at`, `file`) of the last one
   * seen.
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
