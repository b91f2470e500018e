/** The stored vectors of the seal to a person still get their verdicts, and its keys follow from the formulas. */
import { ml_kem768_x25519 as reference } from '@noble/post-quantum/hybrid.js';
import test from 'ava';
import { H, hex, hkdf } from '../../../src/protocol/base/bytes.ts';
import { openSealed } from '../../../src/protocol/crypto/person-seal.ts';
import { type Judge, judgeAll } from '../../helpers/protocol/vectors.ts';

const seal: Judge = (given) => {
  const [context, sealed, ekFp] = [given.bytes('context'), given.bytes('sealed'), given.bytes('ekFp')];
  const key = { ...given.person('reader').mine, ekFp };
  const chunks = openSealed({ key, context, sealed });
  const ciphertext = sealed.subarray(0, 1120);
  const secret = reference.decapsulate(ciphertext, key.seed);
  return {
    secret: hex(secret),
    wrapKey: hex(hkdf(secret, context, H('wrap', ekFp, ciphertext))),
    chunks: chunks.map(hex),
  };
};

test('all vectors get their verdicts', (t) => judgeAll(t, 'person-seal', seal));
