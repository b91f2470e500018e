/** Events that the daemon sends unasked. Each is named after something that happened. */
import * as v from 'valibot';
import {
  address,
  bytes,
  deviceKind,
  deviceName,
  entry,
  hash,
  knownName,
  sentence,
  text,
  time,
  u32,
  u53,
} from './fields.ts';

export const events = {
  /** A conversation has a new entry. `with` is the other person of a private conversation; null in a room. */
  posted: v.strictObject({ conversation: hash, with: v.nullable(knownName), entry }),
  /** An account was made. */
  registered: v.strictObject({ name: knownName, idFp: hash }),
  /** An account is gone: its owner closed it, or the operator removed it. */
  unregistered: v.strictObject({ name: knownName }),
  /** Somebody came online, went offline or changed `away`. */
  presence: v.strictObject({ name: knownName, online: v.boolean(), away: v.boolean() }),
  /** Somebody is writing to you privately. A hint: nothing proves it, and no message need follow. */
  typing: v.strictObject({ name: knownName }),
  /** Somebody stored a newer key card. */
  renewed: v.strictObject({ name: knownName, cardSeq: u53 }),
  /** You have read up to `seq`, here or in another session. */
  read: v.strictObject({ conversation: hash, seq: u53 }),
  /** Another session of this account stored what its devices share. */
  'shared-changed': v.strictObject({ version: u32 }),
  /** The other person's client received everything up to `seq`. A hint, not a proof. */
  delivered: v.strictObject({ conversation: hash, seq: u53 }),
  /** A device of your account got a ticket without showing its earlier one, at the time `at`. Goes to your other sessions. */
  'device-added': v.strictObject({ device: u32, name: deviceName, kind: deviceKind, address, at: time }),
  /** `name` needs the key of this epoch. A client that has it answers with the request `grant`. */
  'grant-wanted': v.strictObject({ room: hash, epochId: hash, name: knownName }),
  /** `from` granted me the key of this epoch. */
  granted: v.strictObject({ room: hash, epochId: hash, from: knownName, grant: bytes(2048) }),
  /** Upload: segments below `upTo` are on stable storage; `window` is now the first segment that may not be sent yet. */
  stored: v.strictObject({ transfer: u32, upTo: u53, window: u53 }),
  /** The daemon gave up a transfer. `code` is one of a refusal, `message` is for the person. */
  'transfer-failed': v.strictObject({ transfer: u32, code: text(32), message: sentence }),
  /** The daemon is about to close the link. */
  closing: v.strictObject({
    reason: v.picklist(['shutdown', 'ended', 'closed', 'idle', 'login-time', 'version']),
    message: sentence,
  }),
};

export type EventName = keyof typeof events;
export type EventParams<N extends EventName> = v.InferOutput<(typeof events)[N]>;
