/**
 * Saved and verified downloads in the profile's database, so that the next start knows them. A file counts as saved only while it is
 * where it was saved, with the same size and modification time.
 */

import type { FileStat, FileSystem } from '../../platform/file-system.ts';
import { equal, fromUtf8, Reader, utf8, Writer } from '../../protocol/base/bytes.ts';
import type { TransferProfile } from './transfer-store.ts';

const VERSION = 1;
const SHA256_BYTES = 32;

/** What a manifest signs. The id alone is not enough: a dishonest daemon may list one id for two files. */
export type SignedFile = { fileId: Uint8Array; sha256: Uint8Array };

export class FinishedDownloads {
  readonly #profile: TransferProfile & { readonly fs: FileSystem };
  readonly #me: Uint8Array;

  /** @param me idFp */
  constructor(profile: TransferProfile & { readonly fs: FileSystem }, me: Uint8Array) {
    this.#profile = profile;
    this.#me = me;
  }

  /** @param stat of the complete file, which may get the name `path` a moment later */
  async add({ fileId, sha256 }: SignedFile, path: string, stat: FileStat): Promise<void> {
    const plain = new Writer()
      .u8(VERSION)
      .bytes(sha256)
      .var16(utf8(path))
      .var16(utf8(versionOf(stat)))
      .finish();
    await this.#profile.db.run('INSERT OR REPLACE INTO saved_files (me, file, sealed) VALUES (?, ?, ?)', [
      this.#me,
      fileId,
      this.#profile.seal(plain, aadFor(this.#me, fileId)),
    ]);
  }

  /** The path of the saved copy; null when there is none, or it is gone or changed. */
  async find({ fileId, sha256 }: SignedFile): Promise<string | null> {
    const [row] = await this.#profile.db.all('SELECT sealed FROM saved_files WHERE me = ? AND file = ?', [
      this.#me,
      fileId,
    ]);
    if (row === undefined) return null;
    const reader = new Reader(this.#profile.open(row.sealed as Uint8Array, aadFor(this.#me, fileId)));
    // Another version of the program stored it.
    if (reader.u8() !== VERSION) return null;
    if (!equal(reader.bytes(SHA256_BYTES), sha256)) return null;
    const [path, version] = [fromUtf8(reader.var16()), fromUtf8(reader.var16())];
    const stat = await this.#profile.fs.lstat(path).catch(() => null);
    return stat?.isFile() && versionOf(stat) === version ? path : null;
  }
}

function versionOf({ size, mtimeMs }: FileStat): string {
  return `${size}:${mtimeMs}`;
}

function aadFor(me: Uint8Array, file: Uint8Array): Uint8Array {
  return Buffer.concat([utf8('saved file '), me, file]);
}
