import { createCipheriv } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { concat, equal } from '../../../src/protocol/base/bytes.ts';
import { GCM_NONCE_BYTES, openGcm, sealGcm } from '../../../src/protocol/crypto/aes-gcm.ts';

const place = fc.record({
  key: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  nonce: fc.uint8Array({ minLength: GCM_NONCE_BYTES, maxLength: GCM_NONCE_BYTES }),
  aad: fc.uint8Array(),
});

test('several parts are sealed as one text, which opens at its place', (t) => {
  fc.assert(
    fc.property(place, fc.uint8Array(), fc.uint8Array(), (at, one, two) => {
      const cipher = createCipheriv('aes-256-gcm', at.key, at.nonce).setAAD(at.aad);
      const expected = concat(cipher.update(concat(one, two)), cipher.final(), cipher.getAuthTag());
      const sealed = sealGcm(at, one, two);
      t.true(equal(sealed, expected));
      t.true(equal(openGcm(at, sealed) ?? Uint8Array.of(1), concat(one, two)));
    }),
  );
});

test('a changed byte, another place and any short text do not open', (t) => {
  fc.assert(
    fc.property(place, fc.uint8Array(), fc.nat(), (at, plain, where) => {
      const sealed = sealGcm(at, plain);
      const changed = Uint8Array.from(sealed);
      changed[where % sealed.length] = (changed[where % sealed.length] ?? 0) ^ 1;
      t.is(openGcm(at, changed), null);
      t.is(openGcm({ ...at, aad: concat(at.aad, Uint8Array.of(0)) }, sealed), null);
      t.is(openGcm({ ...at, key: at.key.map((byte) => byte ^ 1) }, sealed), null);
    }),
  );
  for (const size of [0, 1, 15])
    t.is(
      openGcm({ key: new Uint8Array(32), nonce: new Uint8Array(12), aad: new Uint8Array(0) }, new Uint8Array(size)),
      null,
    );
});
