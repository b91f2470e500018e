import test, { type ExecutionContext } from 'ava';
import { PinStore } from '../../../src/client/trust/pin-store.ts';
import { SharedPins } from '../../../src/client/trust/shared-pins.ts';
import { mergeRows, pinOfRow, type SharedRow, type Trust } from '../../../src/protocol/account/shared-rows.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { person } from '../../helpers/protocol/people.ts';
import { testPin } from '../../helpers/protocol/shared-rows.ts';

const daemon = new Uint8Array(32).fill(9);
const bob = await person('bob');
const bobs = { idFp: bob.idFp, cardHash: bob.card.hash };

async function open(t: ExecutionContext) {
  const { db } = await openProfile(t);
  const [pins, shared] = [new PinStore(db, daemon), new SharedPins(db, daemon)];
  /** Pins Bob's card here, as the keyring does. */
  const met = (at = 100) => pins.put(bob.card, bob.cardBytes, { at, device: 1 });
  return { pins, shared, met };
}

/** A row of another device about Bob's real identity. */
const same = (trust: Trust, at: number, more: { cardSeq?: number; cardHash?: Uint8Array } = {}) =>
  testPin('bob', 0, trust, at, { ...bobs, device: 2, ...more });
/** A row of another device about another identity of Bob. */
const other = (trust: Trust, at: number) => testPin('bob', 7, trust, at, { device: 2 });
const otherFp = new Uint8Array(32).fill(7);

test('what is pinned, verified and accepted here becomes rows', async (t) => {
  const { pins, shared, met } = await open(t);
  await met();
  t.deepEqual(structuredClone(await shared.rows()), [{ ...structuredClone(same('met', 100)), device: 1 }]);
  await pins.setVerified('bob', bob.idFp, true, { at: 200, device: 3 });
  t.deepEqual(structuredClone(await shared.rows()), [{ ...structuredClone(same('verified', 200)), device: 3 }]);
  await pins.setVerified('bob', bob.idFp, false, { at: 300, device: 3 });
  t.deepEqual(structuredClone(await shared.rows()), [{ ...structuredClone(same('accepted', 300)), device: 3 }]);
});

test('a decision is later than the one before it, whatever the clock says, and none when nothing changes', async (t) => {
  const { pins, shared, met } = await open(t);
  await met(5000);
  const at = async () => (await shared.rows())[0]?.at;
  await pins.setVerified('bob', bob.idFp, false, { at: 9000, device: 1 });
  t.is(await at(), 5000, 'not verified before either');
  await pins.setVerified('bob', bob.idFp, true, { at: 10, device: 1 });
  t.is(await at(), 5001);
  await pins.setVerified('bob', bob.idFp, true, { at: 9000, device: 1 });
  t.is(await at(), 5001);
  await pins.replace(bob.card, bob.cardBytes, { at: 10, device: 1 });
  t.is(await at(), 5002);
  await pins.setVerified('bob', otherFp, true, { at: 9000, device: 1 });
  t.is(await at(), 5002, 'another identity than the pinned one');
});

test('a person met on another device is pinned here, without a card', async (t) => {
  const { pins, shared, met } = await open(t);
  t.is(await shared.take(same('verified', 50)), 'taken');
  t.like(await pins.get('bob'), { card: null, cardSeq: 1, verified: true, changedTo: null });
  await met();
  t.like(await pins.get('bob'), { cardSeq: 1, verified: true });
  t.is((await pins.get('bob'))?.card?.cardSeq, 1);
  t.is((await pins.sigSpki(bob.idFp, 'bob')) !== null, true, 'its signatures can be verified once the card is here');
});

test('first contact here does not replace the identity that another device met', async (t) => {
  const { pins, shared, met } = await open(t);
  await shared.take(other('met', 50));
  await met();
  const pinned = await pins.get('bob');
  t.deepEqual([pinned?.idFp, pinned?.card], [otherFp, null]);
  t.is(await pins.sigSpki(bob.idFp, 'bob'), null);
});

test('a verified mark counts for the identity that it names', async (t) => {
  const { pins, shared, met } = await open(t);
  await met();
  t.is(await shared.take(same('verified', 150)), 'taken');
  t.true((await pins.get('bob'))?.verified);
  t.is(await shared.take(same('accepted', 160)), 'taken');
  t.false((await pins.get('bob'))?.verified, 'taken back on another device');
  t.is(await shared.take(same('verified', 150)), 'kept', 'an older decision');
  t.false((await pins.get('bob'))?.verified);
});

test('a key that was accepted elsewhere later replaces the pin, and ends the verified mark and the warning', async (t) => {
  const { pins, shared, met } = await open(t);
  await met();
  await pins.setVerified('bob', bob.idFp, true, { at: 200, device: 1 });
  await pins.setChanged('bob', otherFp);
  t.is(await shared.take(other('accepted', 199)), 'kept', 'decided before the mark here');
  t.true((await pins.get('bob'))?.verified);
  t.is(await shared.take(other('accepted', 201)), 'replaced');
  t.like(await pins.get('bob'), { card: null, verified: false, changedTo: null });
  t.deepEqual((await pins.get('bob'))?.idFp, otherFp);
  t.deepEqual(await pins.formerIdentities('bob'), [Uint8Array.from(bob.idFp)]);
});

test('a decision replaces what was only met, whenever that was', async (t) => {
  const { pins, shared, met } = await open(t);
  await met(900);
  t.is(await shared.take(other('verified', 5)), 'replaced');
  t.deepEqual((await pins.get('bob'))?.idFp, otherFp);
});

test('attack: an identity that another device only met replaces nothing, and is reported once', async (t) => {
  const { pins, shared, met } = await open(t);
  await met();
  t.is(await shared.take(other('met', 101)), 'kept', 'met later than here: the other device reports it');
  t.is(await shared.take(other('met', 99)), 'differs');
  t.is(await shared.take(other('met', 99)), 'kept');
  t.deepEqual((await pins.get('bob'))?.idFp, Uint8Array.from(bob.idFp));
  await pins.setVerified('bob', bob.idFp, true, { at: 200, device: 1 });
  t.is(await shared.take(other('met', 99)), 'kept', 'the person has compared the key');
});

test('attack: after another device has seen a newer card, an older one is refused here', async (t) => {
  const { pins, shared, met } = await open(t);
  await met();
  const hash = new Uint8Array(32).fill(4);
  t.is(await shared.take(same('verified', 150, { cardSeq: 4, cardHash: hash })), 'taken');
  t.like(await pins.get('bob'), { cardSeq: 4, verified: true });
  t.deepEqual((await pins.get('bob'))?.cardHash, hash);
  t.is((await pins.get('bob'))?.card?.cardSeq, 1, 'the card is still the one that is here');
  await met();
  t.is((await pins.get('bob'))?.cardSeq, 4);
  t.is(await shared.take(same('verified', 160, { cardSeq: 2 })), 'taken');
  t.is((await pins.get('bob'))?.cardSeq, 4, 'a later decision on a device that is behind');
});

test('attack: another card with the pinned number is reported, and the pinned one stays', async (t) => {
  const { pins, shared, met } = await open(t);
  await met();
  t.is(await shared.take(same('verified', 150, { cardHash: new Uint8Array(32).fill(4) })), 'twin');
  t.deepEqual((await pins.get('bob'))?.cardHash, Uint8Array.from(bob.card.hash));
  t.true((await pins.get('bob'))?.verified);
});

test('two devices that take each other’s rows end with the same ones', async (t) => {
  const [one, two] = [await open(t), await open(t)];
  await one.met(100);
  await two.met(90);
  await one.pins.setVerified('bob', bob.idFp, true, { at: 300, device: 1 });
  await two.shared.take(testPin('carol', 3, 'met', 5));
  const swap = async () => {
    const [first, second] = [await one.shared.rows(), await two.shared.rows()];
    for (const row of second) await one.shared.take(row);
    for (const row of first) await two.shared.take(row);
  };
  await swap();
  const both = (await Promise.all([one.shared.rows(), two.shared.rows()])).map((rows) => mergeRows(rows));
  t.deepEqual(both[0], both[1]);
  t.deepEqual(
    both[0]?.map((row: SharedRow) => pinOfRow(row).trust),
    ['verified', 'met'],
  );
});
