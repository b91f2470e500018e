import test from 'ava';
import { alice, bob, bytes32, carol, temporaryStore } from '../../helpers/daemon/store.ts';

/** The n-th card of an identity, with the hash n. */
const card = (n: number, idFp = alice.idFp) => ({
  idFp,
  cardSeq: n,
  hash: bytes32(n),
  prevHash: bytes32(n - 1),
  ekFp: bytes32(100 + n),
  notAfter: 5000 + n,
  bytes: new Uint8Array([n]),
});

test('a card is accepted only as the next of the newest one', async (t) => {
  const { store } = await temporaryStore(t);
  await t.throwsAsync(store.addCard(card(2)), { code: 'conflict' });
  await store.addCard(card(1));
  await store.addCard(card(1));
  await t.throwsAsync(store.addCard({ ...card(1), bytes: new Uint8Array(9) }), { code: 'conflict' });
  await t.throwsAsync(store.addCard({ ...card(2), prevHash: bytes32(9) }), { code: 'conflict' });
  await t.throwsAsync(store.addCard(card(3)), { code: 'conflict' });
  await store.addCard(card(2));
  t.deepEqual(await store.cards({ idFp: alice.idFp, from: 2 }), [new Uint8Array([2])]);
  t.is((await store.cards({ idFp: alice.idFp, from: 0 })).length, 2);
});

test('the newest card of each identity is listed', async (t) => {
  const { store } = await temporaryStore(t);
  for (const n of [1, 2, 3]) await store.addCard(card(n));
  await store.addCard(card(1, bob.idFp));
  const newest = await store.newestCards({ after: null });
  t.deepEqual(newest, [
    { idFp: alice.idFp, cardSeq: 3, hash: bytes32(3), ekFp: bytes32(103), notAfter: 5003 },
    { idFp: bob.idFp, cardSeq: 1, hash: bytes32(1), ekFp: bytes32(101), notAfter: 5001 },
  ]);
  t.is((await store.newestCards({ after: alice.idFp })).length, 1);
  t.deepEqual(await store.cardsOf({ ids: [bob.idFp, carol.idFp, alice.idFp] }), [
    new Uint8Array([1]),
    null,
    new Uint8Array([3]),
  ]);
});

test('one answer holds at most 64 cards', async (t) => {
  const { store } = await temporaryStore(t);
  await Promise.all([...Array(70).keys()].map((n) => store.addCard(card(n + 1))));
  t.is((await store.cards({ idFp: alice.idFp, from: 1 })).length, 64);
  t.is((await store.cards({ idFp: alice.idFp, from: 65 })).length, 6);
});
