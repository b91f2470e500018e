/**
 * A key from a passphrase: Argon2id, version 0x13 (RFC 9106), for what is stored where a thief can guess as often as they want.
 */
import { argon2 } from 'node:crypto';
import { promisify } from 'node:util';
import { type Reader, utf8, type Writer } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import { passwordText } from '../base/password.ts';

/** Bytes of the salt (RFC 9106, section 4). */
export const PASSPHRASE_SALT_BYTES = 16;
const KEY_BYTES = 32;
/** What parameters from outside may ask for at most: 256 MiB and a few seconds. */
const MAX = { memory: 262_144, passes: 16, lanes: 16 };

/** `memory` in KiB, `passes` over it, and `lanes` that can be computed in parallel: m, t and p of RFC 9106. */
export type PassphraseCost = { memory: number; passes: number; lanes: number };

/** 64 MiB, 3 passes, 4 lanes: the second recommended option of RFC 9106, section 4. About 0.2 s. */
export const passphraseCost: PassphraseCost = { memory: 65_536, passes: 3, lanes: 4 };

/**
 * Derives 32 bytes on libuv's threads. The passphrase is normalized like a password first.
 * @param salt 16 random bytes
 * @throws ProtocolError 'key' for parameters that are not allowed
 */
export async function passphraseKey(
  passphrase: string,
  salt: Uint8Array,
  cost: PassphraseCost = passphraseCost,
): Promise<Uint8Array> {
  checkCost(cost);
  if (salt.length !== PASSPHRASE_SALT_BYTES) throw new ProtocolError('key', 'the salt has another length');
  return promisify(argon2)('argon2id', {
    message: utf8(passwordText(passphrase)),
    nonce: salt,
    parallelism: cost.lanes,
    tagLength: KEY_BYTES,
    memory: cost.memory,
    passes: cost.passes,
  });
}

/** Writes u32 memory, u8 passes, u8 lanes. */
export function writePassphraseCost(writer: Writer, cost: PassphraseCost): Writer {
  return writer.u32(cost.memory).u8(cost.passes).u8(cost.lanes);
}

/**
 * Reads what writePassphraseCost wrote.
 * @throws ProtocolError 'key' for parameters that would take too much memory or time; 'layout' when the bytes end too early
 */
export function readPassphraseCost(reader: Reader): PassphraseCost {
  const cost = { memory: reader.u32(), passes: reader.u8(), lanes: reader.u8() };
  checkCost(cost);
  return cost;
}

/** RFC 9106, section 3.1: at least one pass, one lane and 8 KiB for each lane. */
function checkCost({ memory, passes, lanes }: PassphraseCost): void {
  const isEnough = passes >= 1 && lanes >= 1 && memory >= 8 * lanes;
  if (!isEnough || memory > MAX.memory || passes > MAX.passes || lanes > MAX.lanes)
    throw new ProtocolError('key', 'the parameters of Argon2 are not allowed');
}
