/**
 * The daemon's identity: daemon.key (its keys, daemonId and rejectKey) and opaque.setup. They are created at the
 * first start in an empty folder, and never again beside existing users, because nobody could log in any more.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { replaceDurably } from '../../platform/durable-write.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import type { Random } from '../../platform/random.ts';
import type { Opaque } from '../../protocol/crypto/opaque.ts';
import { type KeyPair, publicKeyOf, verify } from '../../protocol/crypto/rsa.ts';
import type { Rsa } from '../../protocol/crypto/rsa-pool.ts';
import { XWING_SEED_BYTES, xwingPublicKey } from '../../protocol/crypto/xwing.ts';
import { type DaemonKeys, daemonFingerprint } from '../../protocol/link/daemon-identity.ts';
import { readDataFile } from '../data/data-file.ts';
import { StartError } from '../data/start-error.ts';
import type { Owner } from '../store-thread/database-owner.ts';
import { parseUsers } from './users-file.ts';

export type DaemonIdentity = {
  keys: DaemonKeys;
  /** Random and permanent, 32 bytes: names this daemon in everything that is signed. */
  daemonId: Uint8Array;
  /**
   * Makes a hello that does not decrypt fail like one that does (implicit rejection, FIPS 203 section 6.3 does the
   * same).
   */
  rejectKey: Uint8Array;
  fingerprint: Uint8Array;
  opaqueSetup: string;
  /** Hashes that the database keeps, to recognize another daemon's identity. */
  owner: Owner;
};

const VERSION = 1;

type Parts = { dir: string; fs: FileSystem; random: Random; rsa: Rsa; opaque: Opaque; log: Logger };

/** @throws StartError when a file is missing beside existing users, damaged, or of a newer version */
export async function openIdentity(parts: Parts): Promise<DaemonIdentity> {
  const { dir, fs } = parts;
  const keyBytes = await readDataFile(fs, join(dir, 'daemon.key'));
  const setupBytes = await readDataFile(fs, join(dir, 'opaque.setup'));
  if (keyBytes === null || setupBytes === null) {
    if (await hasUsers(fs, dir)) {
      const missing = keyBytes === null ? 'daemon.key' : 'opaque.setup';
      throw new StartError(
        `${missing} is missing in ${dir}, but there are accounts that need it; restore it from a backup (a new one would lock everybody out)`,
      );
    }
  }
  const key = keyBytes === null ? await makeKey(parts) : parseKey(keyBytes);
  for (const pair of Object.values(key.keys)) await checkPair(parts.rsa, pair);
  const opaqueSetup = setupBytes === null ? await makeSetup(parts) : parseSetup(setupBytes);
  const publicPart = await parts.opaque.publicPart(opaqueSetup).catch(() => {
    throw damaged('opaque.setup');
  });
  const fingerprint = daemonFingerprint(key.keys);
  const owner = { key: sha256(key.daemonId, fingerprint), setup: sha256(publicPart) };
  return { ...key, fingerprint, opaqueSetup, owner };
}

/** Reads only. null when there is no daemon.key yet. @throws StartError */
export async function storedFingerprint(fs: FileSystem, dir: string): Promise<Uint8Array | null> {
  const bytes = await readDataFile(fs, join(dir, 'daemon.key'));
  if (bytes === null) return null;
  const { keys } = parseKey(bytes);
  return daemonFingerprint(keys);
}

/** The content of daemon.key. */
export function formatKey(key: Pick<DaemonIdentity, 'keys' | 'daemonId' | 'rejectKey'>): Uint8Array {
  const { keys, daemonId, rejectKey } = key;
  const text = JSON.stringify(
    {
      v: VERSION,
      daemonId: base64(daemonId),
      rejectKey: base64(rejectKey),
      link: base64(keys.link.pkcs8),
      linkSeed: base64(keys.link.seed),
      sign: base64(keys.sign.pkcs8),
    },
    null,
    2,
  );
  return new TextEncoder().encode(`${text}\n`);
}

function parseKey(bytes: Uint8Array): Pick<DaemonIdentity, 'keys' | 'daemonId' | 'rejectKey'> {
  const stored = parseJson('daemon.key', bytes);
  const field = (name: string): Uint8Array => {
    const value = stored[name];
    if (typeof value !== 'string') throw damaged('daemon.key');
    return Uint8Array.from(Buffer.from(value, 'base64'));
  };
  const pair = (pkcs8: Uint8Array) => {
    try {
      return { spki: publicKeyOf(pkcs8), pkcs8 };
    } catch {
      throw damaged('daemon.key');
    }
  };
  const seed = field('linkSeed');
  if (seed.length !== XWING_SEED_BYTES) throw damaged('daemon.key');
  const key = {
    keys: { link: { ...pair(field('link')), xwingKey: xwingPublicKey(seed), seed }, sign: pair(field('sign')) },
    daemonId: field('daemonId'),
    rejectKey: field('rejectKey'),
  };
  if (key.daemonId.length !== 32 || key.rejectKey.length !== 32) throw damaged('daemon.key');
  return key;
}

/** Signs and verifies, because an altered private key still parses but opens no link. @throws StartError */
async function checkPair(rsa: Rsa, { spki, pkcs8 }: KeyPair): Promise<void> {
  const hash = sha256(spki);
  const signature = await rsa.sign(pkcs8, hash).catch(() => null);
  if (signature === null || !verify(spki, hash, signature)) throw damaged('daemon.key');
}

async function makeKey({
  dir,
  fs,
  random,
  rsa,
  log,
}: Parts): Promise<Pick<DaemonIdentity, 'keys' | 'daemonId' | 'rejectKey'>> {
  log.info({ evt: 'daemon_key_made' }, 'making the keys of this daemon; this takes a few seconds');
  const [link, sign] = await Promise.all([rsa.generate(), rsa.generate()]);
  const seed = random(XWING_SEED_BYTES);
  const keys = { link: { ...link, xwingKey: xwingPublicKey(seed), seed }, sign };
  const key = { keys, daemonId: random(32), rejectKey: random(32) };
  await replaceDurably(fs, join(dir, 'daemon.key'), formatKey(key));
  return key;
}

async function makeSetup({ dir, fs, opaque }: Parts): Promise<string> {
  const setup = await opaque.createSetup();
  const text = `${JSON.stringify({ v: VERSION, method: 'opaque1', setup })}\n`;
  await replaceDurably(fs, join(dir, 'opaque.setup'), new TextEncoder().encode(text));
  return setup;
}

function parseSetup(bytes: Uint8Array): string {
  const stored = parseJson('opaque.setup', bytes);
  if (stored.method !== 'opaque1' || typeof stored.setup !== 'string' || stored.setup === '')
    throw damaged('opaque.setup');
  return stored.setup;
}

function parseJson(file: string, bytes: Uint8Array): { [field: string]: unknown } {
  let stored: unknown;
  try {
    stored = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged(file);
  }
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) throw damaged(file);
  const fields = stored as { [field: string]: unknown };
  if (typeof fields.v !== 'number' || fields.v < 1) throw damaged(file);
  if (fields.v > VERSION) {
    throw new StartError(`${file} was written by a newer daemon (version ${fields.v}); run that one`);
  }
  return fields;
}

function damaged(file: string): StartError {
  return new StartError(`${file} is damaged; restore it from a backup`);
}

/** Whether anything depends on the daemon's keys: accounts, or a database. Legacy lines do not. */
async function hasUsers(fs: FileSystem, dir: string): Promise<boolean> {
  if ((await fs.readdir(dir)).includes('securechat.db')) return true;
  const users = await readDataFile(fs, join(dir, 'users.txt'));
  return users !== null && parseUsers(users).some(({ kind }) => kind === 'account' || kind === 'damaged');
}

function sha256(...parts: (Uint8Array | string)[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
