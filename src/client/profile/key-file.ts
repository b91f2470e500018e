/** profile.key: the 32 bytes under which a profile is sealed, in plain or locked with a passphrase. */
import { join } from 'node:path';
import { replaceDurably, syncFolder, writeAll } from '../../platform/durable-write.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import type { Random } from '../../platform/random.ts';
import { hex } from '../../protocol/base/bytes.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import { type PassphraseCost, passphraseCost } from '../../protocol/crypto/passphrase-key.ts';
import { ClientError } from '../errors.ts';
import { folderError } from './folder-error.ts';
import { KEY_BYTES, type KeyLock, lockKey, readLock } from './key-lock.ts';

/** How often a person may try. */
const TRIES = 3;
/** What an interrupted `#make` or `replaceDurably` leaves behind. */
const leftover = /^profile\.key\.(?:[0-9a-f]{16}|\d+-\d+\.new)$/;

/** Asks for the passphrase; `isAgain` after a wrong one. null when nobody can answer. */
export type AskPassphrase = (isAgain: boolean) => Promise<string | null>;

export class KeyFile {
  readonly #dir: string;
  readonly #path: string;
  readonly #fs: FileSystem;
  readonly #random: Random;
  readonly #cost: PassphraseCost;

  constructor(dir: string, fs: FileSystem, random: Random, cost: PassphraseCost = passphraseCost) {
    this.#dir = dir;
    this.#path = join(dir, 'profile.key');
    this.#fs = fs;
    this.#random = random;
    this.#cost = cost;
  }

  /**
   * Returns the key; asks for the passphrase of a locked profile. Makes the file (0600) in a new folder: two processes that make it at
   * once both get the first one's.
   * @throws ClientError as `read`, but 'refused' for a missing file only beside a database; 'login-refused' for a wrong passphrase;
   *   'usage' when nobody answers
   */
  async open(ask: AskPassphrase): Promise<Uint8Array> {
    const lock = this.#parse((await this.#bytes()) ?? (await this.#make()));
    if (lock instanceof Uint8Array) return lock;
    await this.#removeLeftovers();
    for (let tries = 0; tries < TRIES; tries++) {
      const passphrase = await ask(tries > 0);
      if (passphrase === null && tries > 0) break;
      if (passphrase === null)
        throw new ClientError(
          'usage',
          `the profile ${this.#dir} is locked: give --profile-passphrase-file, or run this in a terminal`,
        );
      const key = await lock.open(passphrase);
      if (key !== null) return key;
    }
    throw new ClientError('login-refused', 'the passphrase of the profile is wrong');
  }

  /**
   * Returns the key, or the lock of a locked profile.
   * @throws ClientError 'refused' when there is no file, or it is damaged; 'version' when a newer program locked it
   */
  async read(): Promise<Uint8Array | KeyLock> {
    const bytes = await this.#bytes();
    if (bytes === null) throw new ClientError('refused', `there is no profile in ${this.#dir} yet; log in first`);
    return this.#parse(bytes);
  }

  /**
   * Replaces the file: locked under a passphrase, or in plain when `lock` is null. After a crash at any point there is either the old
   * or the new one.
   * @throws ClientError 'disk-full' or 'usage' when it cannot be written; the old one is then unchanged
   */
  async replace(key: Uint8Array, lock: { passphrase: string; after: number | null } | null): Promise<void> {
    const bytes = lock === null ? key : await lockKey(key, lock, this.#random, this.#cost);
    await this.#removeLeftovers();
    await replaceDurably(this.#fs, this.#path, bytes).catch((error: unknown) => {
      throw folderError(error, `${this.#path} cannot be replaced`, 'it is as it was before');
    });
  }

  #parse(bytes: Uint8Array): Uint8Array | KeyLock {
    const damaged = new ClientError(
      'refused',
      `${this.#path} is damaged; restore it from a backup, or use another --profile`,
    );
    try {
      const lock = readLock(bytes);
      if (lock === null && bytes.length !== KEY_BYTES) throw damaged;
      return lock ?? bytes;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw error.code === 'version' ? new ClientError('version', `${error.message}; update securechat`) : damaged;
    }
  }

  async #make(): Promise<Uint8Array> {
    if ((await this.#fs.readdir(this.#dir)).includes('profile.db')) {
      // Another process may just have made both.
      const made = await this.#bytes();
      if (made !== null) return made;
      throw new ClientError('refused', `profile.key is missing in ${this.#dir}; restore it, or use another --profile`);
    }
    const temporary = `${this.#path}.${hex(this.#random(8))}`;
    const file = await this.#fs.open(temporary, 'wx', 0o600);
    const key = this.#random(KEY_BYTES);
    await writeAll(file, key, 0);
    await file.sync();
    await file.close();
    // Unlike a rename, a link does not replace the key that another process has made meanwhile.
    await this.#fs.link(temporary, this.#path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await this.#fs.unlink(temporary);
    await syncFolder(this.#fs, this.#dir);
    return (await this.#bytes()) ?? key;
  }

  /** A process that was killed while it made or replaced the file left a copy, which may be the plain key of a locked profile. */
  async #removeLeftovers(): Promise<void> {
    for (const name of await this.#fs.readdir(this.#dir))
      if (leftover.test(name)) await this.#fs.unlink(join(this.#dir, name)).catch(() => {});
  }

  async #bytes(): Promise<Uint8Array | null> {
    return this.#fs.readFile(this.#path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
  }
}
