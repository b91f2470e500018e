import test from 'ava';
import { equal, H, utf8 } from '../../../src/protocol/base/bytes.ts';
import { verify } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa, rsaPool } from '../../../src/protocol/crypto/rsa-pool.ts';
import { fixtureKey } from '../../fixtures/keys.ts';

const alice = fixtureKey('alice-encryption');
const bob = fixtureKey('bob-encryption');

for (const [name, make] of [
  ['threads', () => rsaPool({ threads: 2, maxQueue: 100 })],
  ['calling thread', () => inlineRsa],
] as const) {
  test(`${name}: seals, opens and signs in order`, async (t) => {
    const rsa = make();
    t.teardown(() => rsa.close());
    const plains = Array.from({ length: 40 }, (_, i) => utf8(`chunk ${i}`));
    const chunks = await rsa.seal(plains.map((plain) => ({ spki: alice.spki, plain })));
    const opened = await rsa.open(
      alice.pkcs8,
      chunks.slice(30).map((chunk) => chunk ?? utf8('')),
    );
    t.deepEqual(
      opened.map((plain) => plain && Buffer.from(plain).toString()),
      Array.from({ length: 10 }, (_, i) => `chunk ${i + 30}`),
    );
    const hash = H('note', utf8('x'));
    t.true(verify(alice.spki, hash, await rsa.sign(alice.pkcs8, hash)));
    const [bad, good] = await rsa.seal([
      { spki: utf8('no key'), plain: utf8('x') },
      { spki: alice.spki, plain: utf8('x') },
    ]);
    t.deepEqual([bad, good?.length], [null, 384]);
    const long = { spki: alice.spki, plain: new Uint8Array(319) };
    await t.throwsAsync(rsa.seal([long]), { name: 'RangeError' });
  });

  test(`${name}: a chunk that does not open is null, and the others open`, async (t) => {
    const rsa = make();
    t.teardown(() => rsa.close());
    const [mine, foreign] = await rsa.seal([
      { spki: alice.spki, plain: utf8('mine') },
      { spki: bob.spki, plain: utf8('foreign') },
    ]);
    if (!mine || !foreign) return t.fail();
    const opened = await rsa.open(alice.pkcs8, [mine, foreign, utf8('short'), mine]);
    t.deepEqual(
      opened.map((plain) => plain !== null && equal(plain, utf8('mine'))),
      [true, false, false, true],
    );
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
