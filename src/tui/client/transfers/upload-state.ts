/** Uploads that were begun and not posted: kept in the profile, so that repeating one goes on where it stopped. */
import { hex, utf8 } from '../../../protocol/bytes.ts';
import type { Clock, Random } from '../../../protocol/seams.ts';
import type { ProfileDb } from '../profile-db.ts';
import type { LocalFile } from './local-file.ts';

/** The daemon forgets an upload after a week. */
const KEEP_MS = 14 * 24 * 3600 * 1000;
/** Of the plain file. The largest one: fewer records, and still one link record each. */
const SEGMENT_SIZE = 262_144;

/** `version` is LocalFile's. `key` is sealed by the profile for its row. */
export const uploadTables = [
  `CREATE TABLE uploads (me BLOB NOT NULL, conversation BLOB NOT NULL, path TEXT NOT NULL, version TEXT NOT NULL,
     file BLOB NOT NULL, seg_size INTEGER NOT NULL, key BLOB NOT NULL, at INTEGER NOT NULL,
     PRIMARY KEY (me, conversation, path)) STRICT`,
];

/** The part of a Profile that is used. */
export type TransferProfile = {
  readonly db: Pick<ProfileDb, 'all' | 'run'>;
  readonly random: Random;
  seal(bytes: Uint8Array, aad: Uint8Array): Uint8Array;
  open(bytes: Uint8Array, aad: Uint8Array): Uint8Array;
};

/** What names and seals one file for one conversation. */
export type UploadState = { fileId: Uint8Array; segSize: number; key: Uint8Array };

export class UploadStates {
  readonly #profile: TransferProfile;
  readonly #clock: Clock;
  readonly #me: Uint8Array;

  /** @param me idFp */
  constructor(profile: TransferProfile, clock: Clock, me: Uint8Array) {
    this.#profile = profile;
    this.#clock = clock;
    this.#me = me;
  }

  /** Of an upload that was begun with the very same file, else a new one. A key never seals two versions of a file. */
  async take(conversation: Uint8Array, local: LocalFile): Promise<UploadState> {
    const { db } = this.#profile;
    await db.run('DELETE FROM uploads WHERE at < ?', [this.#clock.now() - KEEP_MS]);
    const [row] = await db.all('SELECT * FROM uploads WHERE me = ? AND conversation = ? AND path = ? AND version = ?', [
      this.#me,
      conversation,
      local.path,
      local.version,
    ]);
    if (row === undefined) return this.#begin(conversation, local);
    const fileId = row.file as Uint8Array;
    const key = this.#profile.open(row.key as Uint8Array, place(fileId));
    return { fileId, segSize: Number(row.seg_size), key };
  }

  /** @param state the one that `take` gave; one that was begun meanwhile stays */
  async drop({ fileId }: UploadState): Promise<void> {
    await this.#profile.db.run('DELETE FROM uploads WHERE me = ? AND file = ?', [this.#me, fileId]);
  }

  async #begin(conversation: Uint8Array, local: LocalFile): Promise<UploadState> {
    const { db, random } = this.#profile;
    const state = { fileId: random(16), segSize: SEGMENT_SIZE, key: random(32) };
    await db.run(
      `INSERT OR REPLACE INTO uploads (me, conversation, path, version, file, seg_size, key, at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        this.#me,
        conversation,
        local.path,
        local.version,
        state.fileId,
        state.segSize,
        this.#profile.seal(state.key, place(state.fileId)),
        this.#clock.now(),
      ],
    );
    return state;
  }
}

function place(fileId: Uint8Array): Uint8Array {
  return utf8(`upload ${hex(fileId)}`);
}
