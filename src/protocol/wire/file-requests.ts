/** The requests about uploads, downloads and lists of files. */
import * as v from 'valibot';
import { entry, fileId, hash, knownName, none, time, u32, u53 } from './fields.ts';

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

export const fileRequests = {
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
