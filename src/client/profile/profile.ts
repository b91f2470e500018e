/**
 * Folder `profile`: a person's folder: database, settings, locks and paths; it does not know what the sealed rows mean. A
 * profile: a person's folder with its key, its database and its devices. The folder `profile` stores what other folders give
 * it and must not know what it means.
 */
import { join } from 'node:path';
import type { FileSystem } from '../../platform/file-system.ts';
import { makeFolders } from '../../platform/make-folders.ts';
import type { Random } from '../../platform/random.ts';
import { concat, equal, hkdf, hmac, utf8 } from '../../protocol/base/bytes.ts';
import { GCM_NONCE_BYTES, openGcm, sealGcm } from '../../protocol/crypto/aes-gcm.ts';
import { ClientError } from '../errors.ts';
import type { ProfileLock } from '../types.ts';
import { ChangeSignal } from './change-signal.ts';
import { Devices } from './device-lock.ts';
import { folderError } from './folder-error.ts';
import { type AskPassphrase, KeyFile } from './key-file.ts';
import { openProfileDb, type ProfileDb } from './profile-db.ts';
import { migrations } from './profile-schema.ts';

/** Nobody answers: a locked profile is not opened. */
const askNobody: AskPassphrase = async () => null;

export class Profile {
  readonly dir: string;
  readonly db: ProfileDb;
  readonly devices: Devices;
  /** What the programs of the profile tell each other. */
  readonly changes: ChangeSignal;
  readonly fs: FileSystem;
  readonly random: Random;
  readonly #keyFile: KeyFile;
  readonly #key: Uint8Array;
  readonly #macKey: Uint8Array;

  private constructor(
    dir: string,
    db: ProfileDb,
    { key, keyFile }: { key: Uint8Array; keyFile: KeyFile },
    fs: FileSystem,
    random: Random,
  ) {
    this.dir = dir;
    this.db = db;
    this.devices = new Devices(dir, db, random);
    this.changes = new ChangeSignal(fs, dir);
    this.fs = fs;
    this.random = random;
    this.#keyFile = keyFile;
    this.#key = sealingKey(key);
    this.#macKey = hkdf(key, new Uint8Array(0), utf8('securechat profile names'));
  }

  /**
   * Opens or makes the folder (0700). Several processes may have one profile open at once.
   * @param options `passphrase` is asked when the profile is locked, by default nobody. `meanwhile` is called as soon as the database's
   *   thread is on its way
   * @throws ClientError as KeyFile.open and openProfileDb; 'usage' and 'disk-full' when the folder cannot be used
   */
  static async open(
    dir: string,
    fs: FileSystem,
    random: Random,
    { passphrase = askNobody, meanwhile = () => {} }: { passphrase?: AskPassphrase; meanwhile?: () => void } = {},
  ): Promise<Profile> {
    const keyFile = new KeyFile(dir, fs, random);
    const key = await makeFolders(fs, dir, 0o700)
      .then(() => keyFile.open(passphrase))
      .catch((error: unknown) => {
        throw folderError(error, `the profile folder ${dir} cannot be used`, 'give another with --profile DIR');
      });
    const opening = openProfileDb(join(dir, 'profile.db'), migrations);
    meanwhile();
    return new Profile(dir, await opening, { key, keyFile }, fs, random);
  }

  /**
   * Returns the lock as it is now, which another process may have changed; null without one.
   * @throws ClientError 'refused' when profile.key is missing or damaged
   */
  async lock(): Promise<ProfileLock | null> {
    const held = await this.#keyFile.read();
    return held instanceof Uint8Array ? null : { after: held.after };
  }

  /**
   * Whether `passphrase` opens this profile now; any does once the lock is removed.
   * @throws ClientError 'refused' when profile.key is missing or damaged
   */
  async isPassphrase(passphrase: string): Promise<boolean> {
    const held = await this.#keyFile.read();
    const key = held instanceof Uint8Array ? held : await held.open(passphrase);
    // A file of another profile may have been put here.
    return key !== null && equal(sealingKey(key), this.#key);
  }

  /**
   * Encrypts with AES-256-GCM (NIST SP 800-38D) under a key that HKDF-SHA-256 (RFC 5869) derives from profile.key.
   * @param aad says where the bytes are stored
   * @returns nonce (12 bytes), ciphertext, tag (16 bytes)
   */
  seal(bytes: Uint8Array, aad: Uint8Array): Uint8Array {
    const nonce = this.random(GCM_NONCE_BYTES);
    return Uint8Array.from(concat(nonce, sealGcm({ key: this.#key, nonce, aad }, bytes)));
  }

  /** Decrypts what `seal` returned. @throws ClientError 'refused' when the bytes were not sealed by this profile for this place */
  open(bytes: Uint8Array, aad: Uint8Array): Uint8Array {
    const nonce = bytes.subarray(0, GCM_NONCE_BYTES);
    const opened = openGcm({ key: this.#key, nonce, aad }, bytes.subarray(GCM_NONCE_BYTES));
    if (opened === null)
      throw new ClientError('refused', `the profile ${this.dir} is damaged, or its profile.key belongs to another one`);
    return Uint8Array.from(opened);
  }

  /** Returns HMAC-SHA-256 (RFC 2104) under a key of the profile, 32 bytes: finds a row by a name that the database must not show. */
  mac(bytes: Uint8Array): Uint8Array {
    return hmac(this.#macKey, bytes);
  }

  close(): Promise<void> {
    this.changes.close();
    return this.db.close();
  }
}

function sealingKey(key: Uint8Array): Uint8Array {
  return hkdf(key, new Uint8Array(0), utf8('securechat profile'));
}
