/** A hello with parts that no honest client chooses, and a tag that fits them (docs/PROTOCOL.md, section 2). */
import { createHash, hkdfSync } from 'node:crypto';
import { concat, utf8 } from '../../../src/protocol/base/bytes.ts';
import { sealGcm, ZERO_NONCE } from '../../../src/protocol/crypto/aes-gcm.ts';
import { sealSecrets } from '../../../src/protocol/crypto/link-secrets.ts';
import { xwingPublicKey } from '../../../src/protocol/crypto/xwing.ts';
import { daemonKeys } from './link-pair.ts';

type Parts = { ct1: Uint8Array; k1: Uint8Array; ct2: Uint8Array; ss2: Uint8Array; ephemeral: Uint8Array };

/** The parts that are not given are honest. Without any, the daemon answers. */
export function forgedHello(given: Partial<Parts> = {}): Uint8Array {
  const k1 = new Uint8Array(32).fill(0x22);
  const { ct1, ct2, secret2 } = sealSecrets(daemonKeys.link, k1);
  const ephemeral = xwingPublicKey(new Uint8Array(32).fill(0x11));
  const parts: Parts = { ct1, k1, ct2, ss2: secret2, ephemeral, ...given };
  const sha = (...all: Uint8Array[]) =>
    createHash('sha256')
      .update(concat(...all))
      .digest();
  const start = sha(utf8('SecureChat_pqNK_RSAOAEP3072+XWing-SHA256_AESGCM256_SHA256_v2'));
  let h = sha(start, Buffer.from('53434b3253434c320002010002', 'hex'));
  for (const each of [daemonKeys.link.spki, daemonKeys.link.xwingKey, daemonKeys.sign.spki]) h = sha(h, each);
  h = sha(sha(sha(h, parts.ct1), parts.ct2), parts.ephemeral);
  const mixed = (ck: Uint8Array, secret: Uint8Array) =>
    Buffer.from(hkdfSync('sha256', secret, ck, new Uint8Array(0), 64));
  const both = mixed(mixed(start, parts.k1).subarray(0, 32), parts.ss2);
  const tag = sealGcm({ key: both.subarray(32), nonce: ZERO_NONCE, aad: h });
  return concat(utf8('SCL2'), Uint8Array.of(0, 2), parts.ct1, parts.ct2, parts.ephemeral, tag);
}
