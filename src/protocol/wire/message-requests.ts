/** The requests about conversations: their entries, notes, room messages, and marks. */
import * as v from 'valibot';
import { bytes, entry, entryPosition, fileId, hash, knownName, name, none, text, u32, u53 } from './fields.ts';

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

export const messageRequests = {
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
};
