import test from 'ava';
import fc from 'fast-check';
import {
  CARD_LIFE_MS,
  checkSealable,
  followCards,
  identityFp,
  openCard,
  signCard,
} from '../../../src/protocol/account/card.ts';
import { equal, hex } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { ekFp } from '../../../src/protocol/crypto/person-seal.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { fixtureCardKey, fixtureKey } from '../../fixtures/keys.ts';
import { cardWith, evenKey } from '../../helpers/protocol/bad-keys.ts';
import { damaged, patched } from '../../helpers/protocol/damage.ts';
import { NO_HASH, person, T0 } from '../../helpers/protocol/people.ts';

const refused = { instanceOf: ProtocolError, code: 'card', message: 'not an acceptable key card' };
const bob = await person('bob');
const next = (cardSeq: number, prevCardHash: Uint8Array, ek: 'carol' | 'mallory' | 'bob' = 'carol') =>
  signCard(inlineRsa, bob.identity, {
    name: 'bob',
    ...fixtureCardKey(`${ek}-encryption`),
    cardSeq,
    notBefore: T0 + cardSeq,
    notAfter: T0 + cardSeq + CARD_LIFE_MS,
    prevCardHash,
  });
const second = await next(2, bob.card.hash);
const third = await next(3, openCard(second).hash, 'bob');

test('a card contains what it was made from', (t) => {
  t.like(bob.card, { name: 'bob', cardSeq: 1, notBefore: T0, notAfter: T0 + CARD_LIFE_MS });
  t.deepEqual(Uint8Array.from(bob.card.sigSpki), bob.identity.spki);
  t.deepEqual(bob.card.idFp, identityFp('bob', bob.identity.spki));
  t.deepEqual(bob.card.ekFp, ekFp(bob.card));
  t.true(bob.cardBytes.length <= 2688, 'fits the wire');
});

test('another name gives another identity', (t) => {
  t.notDeepEqual(identityFp('bob', bob.identity.spki), identityFp('rob', bob.identity.spki));
});

test('a damaged card is refused', (t) => {
  fc.assert(
    fc.property(damaged(bob.cardBytes), (bytes) => {
      t.throws(() => openCard(bytes), refused);
    }),
    { numRuns: 300 },
  );
});

test('arbitrary bytes are refused', (t) => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => void t.throws(() => openCard(bytes), refused)));
});

for (const [what, change] of Object.entries({
  'over 90 days': { notAfter: T0 + CARD_LIFE_MS + 1 },
  'ends before it begins': { notAfter: T0 },
  'number 0': { cardSeq: 0 },
  'a first card with a predecessor': { prevCardHash: new Uint8Array(32).fill(1) },
  'a second card without one': { cardSeq: 2 },
  'a malformed name': { name: 'a:b' },
  'one key for both uses': { ekSpki: bob.identity.spki },
  'an unusable key': { ekSpki: evenKey(bob.encryption.spki) },
  'a key with a small factor': { ekSpki: fixtureKey('weak').spki },
  'a malformed key': { ekSpki: bob.encryption.spki.subarray(1) },
  'an X-Wing key of another length': { xwingKey: Uint8Array.of(...bob.encryption.xwingKey, 0) },
  'an X25519 point of small order': { xwingKey: new Uint8Array(1216).fill(1, 0, 1184) },
  'an ML-KEM coefficient of q or more': { xwingKey: patched(bob.encryption.xwingKey, 0, new Uint8Array(3).fill(255)) },
}))
  test(`a card is not signed: ${what}`, async (t) => {
    const good = {
      name: 'bob',
      ...fixtureCardKey('bob-encryption'),
      cardSeq: 1,
      notBefore: T0,
      notAfter: T0 + 1,
      prevCardHash: NO_HASH,
    };
    await t.notThrowsAsync(signCard(inlineRsa, bob.identity, good));
    await t.throwsAsync(signCard(inlineRsa, bob.identity, { ...good, ...change }), refused);
  });

test('the newest card is reached from the pin, and from a first contact', (t) => {
  const first = followCards(null, [bob.cardBytes]);
  for (const cards of [
    [second, third],
    [bob.cardBytes, second, third],
  ]) {
    const { pin, card } = followCards(first.pin, cards);
    t.is(pin.cardSeq, 3);
    t.true(equal(card.ekFp, bob.card.ekFp));
  }
  t.is(followCards(null, [second, third]).pin.cardSeq, 3);
  t.is(followCards(first.pin, [bob.cardBytes]).pin.cardSeq, 1, 'nothing new');
});

/** Carol's card, made to follow Bob's second one. */
async function carolsThird(): Promise<Uint8Array> {
  return signCard(inlineRsa, fixtureKey('carol-identity'), {
    name: 'carol',
    ...fixtureCardKey('carol-encryption'),
    cardSeq: 3,
    notBefore: T0,
    notAfter: T0 + 1,
    prevCardHash: openCard(second).hash,
  });
}

test('an older card, another card with the same number, a gap, a broken chain and another identity are refused', async (t) => {
  const { pin } = followCards(null, [bob.cardBytes, second]);
  const carol = await person('carol');
  const cases = {
    'old card': [bob.cardBytes],
    'old card after the new one': [second, bob.cardBytes],
    'another second card': [await next(2, bob.card.hash, 'mallory')],
    gap: [await next(4, openCard(third).hash, 'mallory')],
    'a number left out': [await next(4, openCard(second).hash, 'mallory')],
    'a stranger who names the pinned card': [await carolsThird()],
    'broken chain': [await next(3, bob.card.hash)],
    stranger: [carol.cardBytes],
    nothing: [],
  };
  for (const [what, cards] of Object.entries(cases)) t.throws(() => followCards(pin, cards), refused, what);
  t.throws(() => followCards(null, []), refused);
  t.throws(() => followCards(null, [bob.cardBytes, third]), refused);
});

test('a card with an X-Wing key of another length is refused', async (t) => {
  const { xwingKey } = bob.encryption;
  t.notThrows(() => openCard(bob.cardBytes));
  for (const wrong of [xwingKey.subarray(1), Uint8Array.of(...xwingKey, 0), new Uint8Array()]) {
    const card = await cardWith('bob', { xwingKey: wrong });
    t.throws(() => openCard(card), refused, `${wrong.length} bytes`);
  }
});

test('attack: a card with the RSA key or the X-Wing key of another person has another fingerprint of its key', async (t) => {
  const carol = fixtureCardKey('carol-encryption');
  const fingerprints = [
    bob.card,
    openCard(await cardWith('bob', carol)),
    openCard(await cardWith('bob', { ekSpki: carol.ekSpki })),
    openCard(await cardWith('bob', { xwingKey: carol.xwingKey })),
  ].map((card) => hex(card.ekFp));
  t.is(new Set(fingerprints).size, 4);
});

test('another person cannot make a card for an identity', async (t) => {
  const forged = await signCard(
    inlineRsa,
    { spki: bob.identity.spki, pkcs8: fixtureKey('mallory-identity').pkcs8 },
    {
      name: 'bob',
      ...fixtureCardKey('mallory-encryption'),
      cardSeq: 2,
      notBefore: T0,
      notAfter: T0 + 1,
      prevCardHash: bob.card.hash,
    },
  ).catch((error: unknown) => error);
  t.true(forged instanceof ProtocolError && forged.code === 'card');
});

test('a card expires', (t) => {
  t.notThrows(() => checkSealable(bob.card, T0 + CARD_LIFE_MS));
  t.throws(() => checkSealable(bob.card, T0 + CARD_LIFE_MS + 1), { instanceOf: ProtocolError, code: 'card' });
});

test('a card with a bad key is opened and followed to the next one, but never sealed to', async (t) => {
  const bad = openCard(await cardWith('bob', { ekSpki: evenKey(bob.encryption.spki) }));
  t.like(bad, { name: 'bob', cardSeq: 1, sealable: false });
  t.throws(() => checkSealable(bad, T0), { instanceOf: ProtocolError, code: 'card' });
  const after = await next(2, bad.hash);
  t.true(followCards({ idFp: bad.idFp, cardSeq: 1, cardHash: bad.hash }, [after]).card.sealable);
  t.false(openCard(await cardWith('bob', { ekSpki: fixtureKey('weak').spki })).sealable);
  const identity = fixtureKey('weak');
  t.false(openCard(await cardWith('bob', { identity })).sealable, 'a signing key with a small factor');
});
