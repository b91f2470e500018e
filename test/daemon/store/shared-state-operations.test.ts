import test from 'ava';
import { alice, bob, temporaryStore } from '../../helpers/daemon/store.ts';

const state = (after: number, version: number, byte = version) => ({
  idFp: alice.idFp,
  after,
  version,
  bytes: new Uint8Array([byte]),
});

test('a state follows the stored version, and the same state again gets its first answer', async (t) => {
  const { store, time } = await temporaryStore(t);
  t.is(await store.shared({ idFp: alice.idFp }), null);
  t.is(await store.sharedVersion({ idFp: alice.idFp }), 0);
  t.deepEqual(await store.putShared(state(0, 1)), { at: 1_000_000 });
  time.now += 7;
  t.deepEqual(await store.putShared(state(0, 1)), { at: 1_000_000 });
  t.deepEqual(await store.putShared(state(1, 2)), { at: 1_000_007 });
  t.deepEqual(await store.shared({ idFp: alice.idFp }), { version: 2, bytes: new Uint8Array([2]) });
  t.is(await store.sharedVersion({ idFp: alice.idFp }), 2);
  t.is(await store.shared({ idFp: bob.idFp }), null, 'another identity has its own');
});

test('a state that does not follow the stored version is refused, and changes nothing', async (t) => {
  const { store } = await temporaryStore(t);
  await t.throwsAsync(store.putShared(state(1, 2)), { code: 'conflict' }, 'nothing is stored');
  await t.throwsAsync(store.putShared(state(0, 0)), { code: 'conflict' }, 'a version counts from 1');
  await store.putShared(state(0, 5));
  const others = [state(0, 5, 9), state(0, 6), state(4, 6), state(6, 7), state(5, 5, 9), state(5, 4)];
  for (const other of others) await t.throwsAsync(store.putShared(other), { code: 'conflict' });
  t.deepEqual(await store.shared({ idFp: alice.idFp }), { version: 5, bytes: new Uint8Array([5]) });
});

test('a version may skip numbers, so that a client of a restored daemon never takes a lower one', async (t) => {
  const { store } = await temporaryStore(t);
  await store.putShared(state(0, 3));
  await store.putShared(state(3, 11));
  t.is(await store.sharedVersion({ idFp: alice.idFp }), 11);
});

test('a dropped state is gone, and that of others stays', async (t) => {
  const { store } = await temporaryStore(t);
  await store.putShared(state(0, 3));
  await store.putShared({ ...state(0, 1), idFp: bob.idFp });
  await store.dropShared({ idFp: alice.idFp });
  t.is(await store.shared({ idFp: alice.idFp }), null);
  t.is(await store.sharedVersion({ idFp: bob.idFp }), 1);
});
