import test from 'ava';
import { equal, H, utf8 } from '../../../src/protocol/base/bytes.ts';
import { sealSecrets } from '../../../src/protocol/crypto/link-secrets.ts';
import { ekFp, sealedBytes } from '../../../src/protocol/crypto/person-seal.ts';
import { OAEP_MAX, verify } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa, rsaPool } from '../../../src/protocol/crypto/rsa-pool.ts';
import { type FixtureName, fixtureCardKey, fixtureSealKey } from '../../fixtures/keys.ts';

const alice = fixtureSealKey('alice-encryption');
const context = new Uint8Array(32).fill(5);
const to = (name: FixtureName) => ({ ...fixtureCardKey(name), ekFp: ekFp(fixtureCardKey(name)) });
const mine = { ...alice, ekFp: ekFp(fixtureCardKey('alice-encryption')) };
/** A whole chunk that begins with a text. */
const chunk = (text: string) => utf8(text.padEnd(OAEP_MAX));
const job = (name: FixtureName, ...chunks: Uint8Array[]) => ({ to: to(name), context, chunks });

for (const [name, make] of [
  ['threads', () => rsaPool({ threads: 2, maxQueue: 100 })],
  ['calling thread', () => inlineRsa],
] as const) {
  test(`${name}: seals, opens and signs in order`, async (t) => {
    const rsa = make();
    t.teardown(() => rsa.close());
    const plains = Array.from({ length: 40 }, (_, i) => chunk(`chunk ${i}`));
    const sealed = await rsa.seal(plains.map((plain) => job('alice-encryption', plain)));
    for (const i of [0, 17, 39]) {
      const opened = await rsa.open({ key: mine, context, sealed: sealed[i] ?? utf8('') });
      t.deepEqual(
        opened?.map((one) => Buffer.from(one).toString().trimEnd()),
        [`chunk ${i}`],
      );
    }
    const hash = H('note', utf8('x'));
    t.true(verify(alice.spki, hash, await rsa.sign(alice.pkcs8, hash)));
    const noKey = { ...job('alice-encryption', chunk('x')), to: { ...to('alice-encryption'), ekSpki: utf8('no key') } };
    const [bad, good] = await rsa.seal([noKey, job('alice-encryption', chunk('x'), chunk('y'))]);
    t.deepEqual([bad, good?.length], [null, sealedBytes(2)]);
    await t.throwsAsync(rsa.seal([job('alice-encryption', new Uint8Array(319))]), { name: 'RangeError' });
  });

  test(`${name}: what does not open is null`, async (t) => {
    const rsa = make();
    t.teardown(() => rsa.close());
    const [foreign] = await rsa.seal([job('bob-encryption', chunk('foreign'))]);
    if (!foreign) return t.fail();
    t.is(await rsa.open({ key: mine, context, sealed: foreign }), null);
    t.is(await rsa.open({ key: mine, context, sealed: utf8('short') }), null);
  });

  test(`${name}: the secrets of a handshake open, and an answer is made`, async (t) => {
    const rsa = make();
    t.teardown(() => rsa.close());
    const secret1 = new Uint8Array(32).fill(1);
    const { ct1, ct2, secret2 } = sealSecrets(alice, secret1);
    const opened = await rsa.openSecrets({ key: alice, ct1, ct2, ephemeral: fixtureSealKey('spare').xwingKey });
    t.true(equal(opened.secret1 ?? ct1, secret1) && equal(opened.secret2 ?? ct1, secret2));
    t.is(opened.answer?.ciphertext.length, 1120);
    const none = await rsa.openSecrets({ key: alice, ct1: ct1.subarray(1), ct2: ct2.subarray(1), ephemeral: ct1 });
    t.deepEqual(none, { secret1: null, secret2: null, answer: null });
  });
}

test('work beyond the queue is refused as busy, and the rest is done', async (t) => {
  const rsa = rsaPool({ threads: 1, maxQueue: 2 });
  t.teardown(() => rsa.close());
  const hash = H('note', utf8('x'));
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => rsa.sign(alice.pkcs8, hash)));
  t.deepEqual(
    results.map((r) => (r.status === 'fulfilled' ? 'signed' : (r.reason as { code: string }).code)),
    ['signed', 'signed', 'signed', 'busy', 'busy'],
  );
  t.true(verify(alice.spki, hash, await rsa.sign(alice.pkcs8, hash)));
});
