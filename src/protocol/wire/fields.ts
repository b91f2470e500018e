/** The field types that requests and events are made of. Sizes in bytes, times in milliseconds since 1970 UTC. */
import * as v from 'valibot';
import { isName, printable } from '../base/text.ts';

const count = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(max));
export const u32 = count(0xffffffff);
export const u53 = count(Number.MAX_SAFE_INTEGER);
/** ms since 1970 UTC, no further than a Date goes. */
export const time = count(8.64e15);
const binary = v.custom<Uint8Array>((value) => value instanceof Uint8Array);
export const bytes = (max: number) =>
  v.pipe(
    binary,
    v.check((value) => value.length <= max),
  );
export const exactBytes = (size: number) =>
  v.pipe(
    binary,
    v.check((value) => value.length === size),
  );
export const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
/** A name as somebody typed it; the daemon judges it with isName (text.ts). */
export const name = text(64);
/** A name that the daemon tells: only what could be registered, so that no list of people carries an escape to a terminal. */
export const knownName = v.pipe(name, v.check(isName));
/** A sentence of the daemon's for the person: one line, and nothing in it that a terminal acts on. */
export const sentence = v.pipe(
  v.string(),
  v.maxLength(512),
  v.transform((said) => printable(said)),
);
/** SHA-256 values: fingerprints, conversation ids, epoch ids. */
export const hash = exactBytes(32);
export const fileId = exactBytes(16);

/** What a reader gets for an epoch: a chunk of the epoch itself or a grant, each sealed to the reader's key. */
const epochKey = v.strictObject({ kind: v.picklist(['chunk', 'grant']), bytes: bytes(2048) });

/**
 * One place in a conversation's order. `bytes` is a delivered note (the reader's copy), a room message, a log entry or an
 * epoch header with its signature; `keys` is only for epochs. `seq` counts from 1 in each conversation.
 */
export const entry = v.strictObject({
  seq: u53,
  at: time,
  kind: v.picklist(['note', 'message', 'log', 'epoch']),
  from: v.nullable(knownName),
  bytes: bytes(65_536),
  file: v.nullable(fileId),
  keys: v.array(epochKey),
});
export type Entry = v.InferOutput<typeof entry>;
