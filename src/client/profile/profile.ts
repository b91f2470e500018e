/**
 * Folder `profile`: a person's folder: database, settings, locks and paths; it does not know what the sealed rows mean. A
 * profile: a person's folder with its key, its database and its devices. The folder `profile` stores what other folders give
 * it and must not know what it means.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { join } from 'node:path';
import { writeAll } from '../../platform/durable-write.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { makeFolders } from '../../platform/make-folders.ts';
import type { Random } from '../../platform/random.ts';
import { concat, hex, hkdf, hmac, utf8 } from '../../protocol/base/bytes.ts';
import { ClientError } from '../errors.ts';
import { Devices } from './device-lock.ts';
import { openProfileDb, type ProfileDb } from './profile-db.ts';
import { migrations } from './profile-schema.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class Profile {
  readonly dir: string;
  readonly db: ProfileDb;
  readonly devices: Devices;
  readonly fs: FileSystem;
  readonly random: Random;
  readonly #key: Uint8Array;
  readonly #macKey: Uint8Array;

  private constructor(dir: string, db: ProfileDb, key: Uint8Array, fs: FileSystem, random: Random) {
    this.dir = dir;
    this.db = db;
    this.devices = new Devices(dir, db, random);
    this.fs = fs;
    this.random = random;
    this.#key = hkdf(key, new Uint8Array(0), utf8('securechat profile'));
    this.#macKey = hkdf(key, new Uint8Array(0), utf8('securechat profile names'));
  }

  /**
   * Opens or makes the folder (0700). Several processes may have one profile open at once.
   * @param meanwhile called as soon as the database's thread is on its way
   * @throws ClientError
   */
  static async open(dir: string, fs: FileSystem, random: Random, meanwhile = () => {}): Promise<Profile> {
    const key = await makeFolders(fs, dir, 0o700)
      .then(() => profileKey(dir, fs, random))
      .catch((error: unknown) => {
        throw folderError(dir, error);
      });
    const opening = openProfileDb(join(dir, 'profile.db'), migrations);
    meanwhile();
    return new Profile(dir, await opening, key, fs, random);
  }

  /**
   * Encrypts with AES-256-GCM (NIST SP 800-38D) under a key that HKDF-SHA-256 (RFC 5869) derives from profile.key.
   * @param aad says where the bytes are stored
   * @returns nonce (12 bytes), ciphertext, tag (16 bytes)
   */
  seal(bytes: Uint8Array, aad: Uint8Array): Uint8Array {
    const nonce = this.random(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(aad);
    return Uint8Array.from(concat(nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()));
  }

  /** Decrypts what `seal` returned. @throws ClientError 'refused' when the bytes were not sealed by this profile for this place */
  open(bytes: Uint8Array, aad: Uint8Array): Uint8Array {
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(aad)
        .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
      const text = decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES));
      return Uint8Array.from(concat(text, decipher.final()));
    } catch {
      throw new ClientError('refused', `the profile ${this.dir} is damaged, or its profile.key belongs to another one`);
    }
  }

  /** Returns HMAC-SHA-256 (RFC 2104) under a key of the profile, 32 bytes: finds a row by a name that the database must not show. */
  mac(bytes: Uint8Array): Uint8Array {
    return hmac(this.#macKey, bytes);
  }

  close(): Promise<void> {
    return this.db.close();
  }
}

/** Returns the error for the person when the folder `dir` cannot hold a profile; other errors as they are. */
function folderError(dir: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof ClientError || code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new ClientError(
      'disk-full',
      `the disk is full: no profile can be made in ${dir}; make room, or give --profile DIR`,
    );
  const why =
    code === 'EROFS'
      ? 'the disk can only be read'
      : code === 'EACCES' || code === 'EPERM'
        ? 'you may not write there'
        : (error as Error).message;
  return new ClientError('usage', `the profile folder ${dir} cannot be used: ${why}; give another with --profile DIR`);
}

/** Reads profile.key, or makes it (0600). Two processes that make it at once both get the first one's. */
async function profileKey(dir: string, fs: FileSystem, random: Random): Promise<Uint8Array> {
  const path = join(dir, 'profile.key');
  const key = await read(fs, path);
  if (key === null && (await fs.readdir(dir)).includes('profile.db') && (await read(fs, path)) === null)
    throw new ClientError('refused', `profile.key is missing in ${dir}; restore it, or use another --profile`);
  const found = key ?? (await makeKey(path, fs, random));
  if (found.length !== KEY_BYTES)
    throw new ClientError('refused', `${path} is damaged; restore it from a backup, or use another --profile`);
  return found;
}

async function makeKey(path: string, fs: FileSystem, random: Random): Promise<Uint8Array> {
  const temporary = `${path}.${hex(random(8))}`;
  const file = await fs.open(temporary, 'wx', 0o600);
  const key = random(KEY_BYTES);
  await writeAll(file, key, 0);
  await file.sync();
  await file.close();
  // Unlike a rename, a link does not replace the key that another process has made meanwhile.
  await fs.link(temporary, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await fs.unlink(temporary);
  return (await read(fs, path)) ?? key;
}

async function read(fs: FileSystem, path: string): Promise<Uint8Array | null> {
  return fs.readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
