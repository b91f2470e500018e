/** What the daemon tells without being asked; every name is a thing that happened. */
import * as v from 'valibot';
import { bytes, entry, hash, knownName, sentence, text, u32, u53 } from './fields.ts';

export const events = {
  /** A conversation of yours grew. `with` is the other side of a private one, null in a room. */
  posted: v.strictObject({ conversation: hash, with: v.nullable(knownName), entry }),
  /** An account was made. */
  registered: v.strictObject({ name: knownName, idFp: hash }),
  /** Somebody's first session came or last session went, or all that they have are away, or no longer all. */
  presence: v.strictObject({ name: knownName, online: v.boolean(), away: v.boolean() }),
  /** Somebody writes to you privately, or says so: nothing proves it, and nothing need follow. */
  typing: v.strictObject({ name: knownName }),
  /** Somebody put a newer key card into the directory. */
  renewed: v.strictObject({ name: knownName, cardSeq: u53 }),
  /** You read up to `seq`, here or in another session. */
  read: v.strictObject({ conversation: hash, seq: u53 }),
  /** Hint, not proof: the other side's client took everything up to `seq`. */
  delivered: v.strictObject({ conversation: hash, seq: u53 }),
  /** `name` lacks the key of this epoch; whoever holds it answers with the request `grant`. */
  'grant-wanted': v.strictObject({ room: hash, epochId: hash, name: knownName }),
  granted: v.strictObject({ room: hash, epochId: hash, from: knownName, grant: bytes(2048) }),
  /** Upload: segments below `upTo` are on disk, synced, and up to `window` may be sent. */
  stored: v.strictObject({ transfer: u32, upTo: u53, window: u53 }),
  /** A transfer that the daemon had to give up, with the sentence for the person. */
  'transfer-failed': v.strictObject({ transfer: u32, code: text(32), message: sentence }),
  /** The link is about to be closed. */
  closing: v.strictObject({
    reason: v.picklist(['shutdown', 'ended', 'slow', 'idle', 'login-time', 'version']),
    message: sentence,
  }),
};

export type EventName = keyof typeof events;
export type EventParams<N extends EventName> = v.InferOutput<(typeof events)[N]>;
