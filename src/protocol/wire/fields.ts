/**
 * Field types of requests and events. Sizes in bytes, times in milliseconds since 1970 UTC. docs/PROTOCOL.md has tables of
 * them, with the comments beside the schemas (scripts/wire-tables.ts).
 */
import * as v from 'valibot';
import { isName, MAX_DEVICE_NAME, printable } from '../base/safe-text.ts';

const count = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(max));
export const u32 = count(0xffffffff);
export const u53 = count(Number.MAX_SAFE_INTEGER);
/** Milliseconds within the range of a Date. */
export const time = count(8.64e15);
const binary = v.custom<Uint8Array>((value) => value instanceof Uint8Array);
export const bytes = (max: number) => v.pipe(binary, v.maxLength(max));
export const exactBytes = (size: number) => v.pipe(binary, v.length(size));
export const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
/** A name as typed; the daemon checks it with isName (base/safe-text.ts). */
export const name = text(64);
/** A name from the daemon. Only valid names pass, so that no list of people brings an escape sequence to a terminal. */
export const knownName = v.pipe(name, v.check(isName));
/** A text from the daemon that is shown to the person: one line, made printable. */
const shown = (max: number) =>
  v.pipe(
    text(max),
    v.transform((said) => printable(said)),
  );
/** A sentence from the daemon for the person. */
export const sentence = shown(512);
/** What a device of an account is called, from the daemon; empty if it has no name. */
export const deviceName = shown(MAX_DEVICE_NAME);
/** The same in a request, as typed. */
export const newDeviceName = text(MAX_DEVICE_NAME);
/** The address from which a device logged in. */
export const address = shown(64);
/** 'device': a profile; 'export': a file with the keys, which can replace the password. */
export const deviceKind = v.picklist(['device', 'export']);
export type DeviceKind = v.InferOutput<typeof deviceKind>;
/** A SHA-256 value: a fingerprint, a conversation id or an epoch id. */
export const hash = exactBytes(32);
export const fileId = exactBytes(16);

/** The parameters or the result of a request that has none. */
export const none = v.strictObject({});
/** A message or a record of OPAQUE, base64url; crypto/opaque-messages.ts knows the size of each. */
export const opaque = text(512);
export const card = bytes(2688);

export const epochKey = v.strictObject({
  /** A chunk of the epoch itself, or a grant. */
  kind: v.picklist(['chunk', 'grant']),
  /** Sealed to the reader. */
  bytes: bytes(2048),
});

export const entry = v.strictObject({
  /** The place in the conversation, from 1. */
  seq: u53,
  /** When the daemon stored it. Not before the entry before it, unless its clock was put back by more than 2 minutes. */
  at: time,
  kind: v.picklist(['note', 'message', 'log', 'epoch']),
  /** The author, as the daemon knows them; null for the daemon's own log entries. */
  from: v.nullable(knownName),
  /** The reader's copy of a note, a room message, a log entry, or an epoch's header with its signature. */
  bytes: bytes(65_536),
  /** The file whose manifest this is. */
  file: v.nullable(fileId),
  /** Of an epoch: what the daemon has for the reader, the newest first. Empty in all other entries. */
  keys: v.array(epochKey),
});
export type Entry = v.InferOutput<typeof entry>;

/** The position and time of a stored entry. It is on stable storage: this answer is what "sent" means. */
export const entryPosition = v.strictObject({
  /** The place in the conversation. */
  seq: u53,
  /** When the daemon stored it. */
  at: time,
});
