import test, { type ExecutionContext } from 'ava';
import type { Person } from '../../../src/daemon/store/store.ts';
import { alice, bob, bytes16, bytes32, carol, fetchParams, temporaryStore } from '../../helpers/daemon/store.ts';

const room = bytes32(500);
const NONE = bytes32(0);
const DAY = 86_400_000;
/** The hash of log entry n. */
const head = (n: number) => bytes32(1000 + n);

async function lobby(t: ExecutionContext) {
  const { store, time } = await temporaryStore(t);
  await store.createRoom({ room, name: '#lobby', entry: new Uint8Array([0]), hash: head(0) });
  const log = (n: number, who: Person, what: 'joins' | 'departs', prev = head(n - 1)) =>
    store.appendLog({
      room,
      author: who,
      n,
      prev,
      hash: head(n),
      bytes: new Uint8Array([1, n]),
      joins: what === 'joins' ? who : null,
      departs: what === 'departs' ? who.idFp : null,
    });
  const epoch = (id: number, epochPrev: Uint8Array, logN: number, author = alice, keys = [alice, bob]) =>
    store.appendEpoch({
      room,
      author,
      epochId: bytes32(id),
      epochPrev,
      logN,
      bytes: new Uint8Array([2, id]),
      keys: keys.map(({ idFp }) => ({ idFp, chunk: idFp.slice(0, 5) })),
      quota: null,
    });
  const say = (n: number, epochId: number, author = alice) =>
    store.appendMessage({
      conversation: room,
      author,
      id: bytes16(n),
      device: 1,
      n,
      bytes: new Uint8Array([3, n]),
      file: null,
      quota: null,
      epochId: bytes32(epochId),
    });
  return { store, time, log, epoch, say };
}

test('a room is made once', async (t) => {
  const { store } = await lobby(t);
  t.deepEqual(await store.rooms({}), [
    { room, name: '#lobby', epochId: NONE, epochLogN: 0, epochSeq: 0, epochBytes: null, head: 1 },
  ]);
  const again = { room: bytes32(501), name: '#lobby', entry: new Uint8Array(1), hash: head(9) };
  await t.throwsAsync(store.createRoom(again), { code: 'conflict' });
});

test('of two joins at one head one is accepted; the same one again gets its first answer', async (t) => {
  const { store, log } = await lobby(t);
  const [first, second] = await Promise.allSettled([log(1, alice, 'joins'), log(1, bob, 'joins')]);
  t.is(first.status, 'fulfilled');
  t.like(second, { status: 'rejected', reason: { code: 'conflict' } });
  await t.throwsAsync(log(3, bob, 'joins'), { code: 'conflict' }, 'a number is missing');
  await t.throwsAsync(log(2, bob, 'joins', head(0)), { code: 'conflict' }, 'another prev');
  t.is((await log(2, bob, 'joins')).seq, 3);
  t.like(await log(1, alice, 'joins'), { seq: 2, duplicate: true });
  t.deepEqual(
    (await store.roomLog({ room, after: 0 })).map((entry) => entry.n),
    [1, 2],
  );
});

test('messages are accepted under every epoch since the last departure, and none after it until the next epoch', async (t) => {
  const { log, epoch, say } = await lobby(t);
  await log(1, alice, 'joins');
  await t.throwsAsync(say(1, 0), { code: 'stale-epoch' }, 'there is no epoch yet');
  await epoch(1, NONE, 1);
  t.is((await say(1, 1)).seq, 4);
  await log(2, bob, 'joins');
  t.is((await say(2, 1)).seq, 6, 'a join changes nothing');
  await t.throwsAsync(say(1, 1, carol), { code: 'not-permitted' });
  await log(3, bob, 'departs');
  await t.throwsAsync(say(3, 1), { code: 'stale-epoch' });
  await t.throwsAsync(say(1, 1, bob), { code: 'not-permitted' });
  t.like(await say(2, 1), { seq: 6, duplicate: true }, 'a resend gets its first answer even now');
  await t.throwsAsync(epoch(2, bytes32(1), 2), { code: 'stale-epoch' }, 'made for those who were there before');
  await t.throwsAsync(epoch(2, NONE, 3), { code: 'conflict' }, 'another epoch is current');
  await t.throwsAsync(epoch(2, bytes32(1), 3, bob), { code: 'not-permitted' });
  await epoch(2, bytes32(1), 3);
  t.like(await epoch(2, bytes32(1), 3), { duplicate: true });
  t.is((await say(3, 2)).seq, 9);
  await epoch(3, bytes32(2), 3);
  t.is((await say(4, 2)).seq, 11, 'another epoch takes nothing away');
  await t.throwsAsync(say(5, 1), { code: 'stale-epoch' });
  t.is((await say(5, 3)).seq, 12);
});

test('each member gets its own chunk and the grants sealed to it, newest first, at most three', async (t) => {
  const { store, log, epoch } = await lobby(t);
  await log(1, alice, 'joins');
  await log(2, bob, 'joins');
  await log(3, carol, 'joins');
  await epoch(1, NONE, 2);
  const keysOf = async (reader: Person) => {
    const all = await store.fetch(fetchParams({ conversation: room, reader: reader.idFp, kinds: ['epoch'] }));
    return all.entries[0]?.keys;
  };
  t.deepEqual(await keysOf(bob), [{ kind: 'chunk', bytes: bob.idFp.slice(0, 5) }]);
  t.deepEqual(await keysOf(carol), []);
  for (const n of [1, 2, 3, 4]) {
    await store.addGrant({ room, epochId: bytes32(1), to: carol.idFp, bytes: new Uint8Array([n]) });
  }
  t.deepEqual(
    (await keysOf(carol))?.map((key) => [key.kind, ...key.bytes]),
    [
      ['grant', 4],
      ['grant', 3],
      ['grant', 2],
    ],
  );
  t.is((await keysOf(bob))?.length, 1);
  const grant = (n: number) =>
    store.addGrant({ room, epochId: bytes32(n), to: carol.idFp, bytes: new Uint8Array([n]) });
  await t.throwsAsync(grant(9), { code: 'stale-epoch' });
  await epoch(2, bytes32(1), 3);
  t.deepEqual(await store.openEpoch({ room, epochId: bytes32(1) }), { logN: 2 });
  await grant(1);
  t.deepEqual((await keysOf(carol))?.[0]?.bytes, new Uint8Array([1]), 'an earlier epoch, as nobody left since');
  await log(4, bob, 'departs');
  for (const n of [1, 2]) await t.throwsAsync(grant(n), { code: 'stale-epoch' });
  await t.throwsAsync(store.openEpoch({ room, epochId: bytes32(2) }), { code: 'stale-epoch' });
});

test('a member who left cannot read the room, and can again after a new join', async (t) => {
  const { store, log } = await lobby(t);
  const read = () => store.fetch(fetchParams({ conversation: room }));
  await log(1, bob, 'joins');
  t.is((await read()).entries.length, 2);
  t.is((await store.conversations({ reader: bob.idFp, after: null }))[0]?.room, '#lobby');
  await log(2, bob, 'departs');
  await t.throwsAsync(read(), { code: 'no-such-conversation' });
  t.deepEqual(await store.conversations({ reader: bob.idFp, after: null }), []);
  await log(3, bob, 'joins');
  t.is((await read()).entries.length, 4);
});

test('a non-member reads the log of a room, in order to join, and nothing else: not even how many messages there are', async (t) => {
  const { store, log, epoch, say } = await lobby(t);
  await log(1, alice, 'joins');
  await epoch(1, NONE, 1);
  await say(1, 1);
  await say(2, 1);
  const stranger = { conversation: room, reader: bytes32(200) };
  for (const kinds of [['log'], []] as const) {
    for (const newest of [false, true]) {
      const { entries, head } = await store.fetch(fetchParams({ ...stranger, kinds: [...kinds], newest }));
      t.is(entries.length, kinds.length * 2);
      t.is(head, 2, 'where the log ends');
    }
  }
  const member = { conversation: room, reader: alice.idFp };
  t.is((await store.fetch(fetchParams({ ...member, kinds: ['log'] }))).head, 5);
  await t.throwsAsync(store.fetch(fetchParams({ ...stranger, kinds: ['log', 'message'] })), {
    code: 'no-such-conversation',
  });
  await t.throwsAsync(store.fetch(fetchParams(stranger)), { code: 'no-such-conversation' });
});

test('keys of old epochs are dropped with the messages under them, and the epochs stay', async (t) => {
  const { store, time, log, epoch, say } = await lobby(t);
  await log(1, alice, 'joins');
  await log(2, bob, 'joins');
  await epoch(1, NONE, 2);
  await say(1, 1);
  await epoch(2, bytes32(1), 2);
  await say(2, 2);
  await epoch(3, bytes32(2), 2);
  const keysKept = async () => {
    const { entries } = await store.fetch(fetchParams({ conversation: room, kinds: ['epoch'] }));
    return entries.map(({ bytes, keys }) => [bytes[1], keys.length]);
  };
  await store.dropOlder({ before: time.now, from: 0 });
  t.deepEqual(
    await keysKept(),
    [
      [1, 1],
      [2, 1],
      [3, 1],
    ],
    'nothing is old',
  );
  time.now += 1000;
  await say(3, 3);
  const { entries } = await store.fetch(fetchParams({ conversation: room, kinds: ['message'] }));
  t.is(entries.length, 3);
  await store.dropOlder({ before: time.now + 8 * DAY, from: 0 });
  t.deepEqual(await keysKept(), [
    [1, 0],
    [2, 0],
    [3, 0],
  ]);
  await t.notThrowsAsync(epoch(4, bytes32(3), 2), 'the chain of epochs goes on');
});

test('an epoch keeps its keys while a message under it may be kept, even if newer epochs exist', async (t) => {
  const { store, time, log, epoch, say } = await lobby(t);
  await log(1, alice, 'joins');
  await epoch(1, NONE, 1);
  await say(1, 1);
  await epoch(2, bytes32(1), 1);
  time.now += 8 * DAY - 1000;
  await say(2, 1);
  await store.dropOlder({ before: time.now, from: 0 });
  const { entries } = await store.fetch(fetchParams({ conversation: room, reader: alice.idFp }));
  const kept = entries.filter(({ kind }) => kind !== 'log').map(({ kind, keys }) => [kind, keys.length]);
  t.deepEqual(kept, [
    ['epoch', 1],
    ['epoch', 1],
    ['message', 0],
  ]);
});

test('the keys of an epoch without messages are dropped with the next epoch after a departure, and are no longer charged', async (t) => {
  const { store, log, epoch } = await lobby(t);
  await log(1, alice, 'joins');
  await log(2, bob, 'joins');
  await log(3, carol, 'joins');
  await epoch(1, NONE, 3);
  await log(4, carol, 'departs');
  await epoch(2, bytes32(1), 4);
  await epoch(3, bytes32(2), 4);
  const { entries } = await store.fetch({ ...fetchParams({ conversation: room, reader: bob.idFp }), kinds: ['epoch'] });
  t.deepEqual(
    entries.map(({ keys }) => keys.length),
    [0, 1, 1],
  );
});
