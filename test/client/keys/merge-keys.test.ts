import test from 'ava';
import fc from 'fast-check';
import type { AccountKeys } from '../../../src/client/keys/account-store.ts';
import { mergeKeys } from '../../../src/client/keys/merge-keys.ts';
import { renewKeys } from '../../../src/client/keys/my-keys.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { openCard } from '../../../src/protocol/account/card.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { rsaInTurn } from '../../helpers/client/sign-in.ts';
import { person } from '../../helpers/protocol/people.ts';

const [alice, bob] = [await person('alice'), await person('bob')];
const own = ({ identity, cardBytes, encryption }: typeof alice): AccountKeys => ({
  identity,
  keys: [{ card: cardBytes, pkcs8: encryption.pkcs8, seed: encryption.seed }],
});
/** The keys of Alice after each renewal: a new card of the same key, then two new keys. */
const first = own(alice);
const sameKey = await renewKeys(inlineRsa, systemClock, first, false);
const second = await renewKeys(rsaInTurn('bob-encryption'), systemClock, sameKey, true);
const third = await renewKeys(rsaInTurn('carol-encryption'), systemClock, second, true);
const numbers = (keys: AccountKeys | null) => keys?.keys.map(({ card }) => openCard(card).cardSeq) ?? null;
const fingerprints = (keys: AccountKeys | null) => keys?.keys.map(({ card }) => hex(openCard(card).ekFp)) ?? null;

test('each key is kept once, with its newest card, the newest key first, whatever is merged with what', (t) => {
  const states = [first, sameKey, second, third];
  fc.assert(
    fc.property(fc.constantFrom(...states), fc.constantFrom(...states), (one, other) => {
      const newest = states[Math.max(states.indexOf(one), states.indexOf(other))] ?? first;
      t.deepEqual(fingerprints(mergeKeys(one, other)), fingerprints(newest));
      t.deepEqual(numbers(mergeKeys(one, other)), numbers(newest));
    }),
  );
  t.deepEqual(numbers(third), [4, 3, 2]);
  const withoutSecond = { ...third, keys: third.keys.toSpliced(1, 1) };
  t.deepEqual(numbers(mergeKeys(withoutSecond, second)), [4, 3, 2]);
});

test('keys that contradict each other are not merged: another identity, or two keys with one card number', async (t) => {
  t.is(mergeKeys(first, own(bob)), null);
  const elsewhere = await renewKeys(rsaInTurn('carol-encryption'), systemClock, sameKey, true);
  t.is(mergeKeys(second, elsewhere), null);
});
