import test from 'ava';
import { Grants } from '../../../src/daemon/rooms/grants.ts';
import type { Room } from '../../../src/daemon/rooms/room.ts';
import { EventFeed } from '../../../src/daemon/sessions/event-feed.ts';
import type { Store } from '../../../src/daemon/store/store.ts';
import { equal } from '../../../src/protocol/base/bytes.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { decodeFromDaemon } from '../../../src/protocol/wire/codec.ts';
import { bytes32, person } from '../../helpers/daemon/store.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const epochId = bytes32(7);
const newcomer = person('newcomer');
const bytes = new Uint8Array(500);

/** A room of `names` and the newcomer, all online; `holders` have had the key from the start. */
function setUp(names: string[], holders = names) {
  const clock = manualClock();
  const feed = new EventFeed();
  const received: string[] = [];
  for (const name of [...names, 'newcomer']) {
    feed.join({
      name,
      send(event) {
        const said = decodeFromDaemon(event);
        if ('event' in said && said.event.method !== 'presence') received.push(`${name}: ${said.event.method}`);
      },
    });
  }
  const storedGrants: Parameters<Store['addGrant']>[0][] = [];
  const departure = { n: 0 };
  const store = {
    openEpoch: async (of: { epochId: Uint8Array }) => {
      const logN = [6, 7].find((n) => equal(bytes32(n), of.epochId)) ?? 8;
      if (logN < departure.n) throw new Refusal('stale-epoch', 'somebody left');
      return { logN };
    },
    addGrant: async (grant: Parameters<Store['addGrant']>[0]) => {
      storedGrants.push(grant);
      return null;
    },
  };
  const people = [...names.map(person), newcomer];
  const room = {
    id: bytes32(5),
    members: () => people,
    wasMemberAt: (idFp: Uint8Array) => holders.some((name) => equal(person(name).idFp, idFp)),
    noneLeftSince: (n: number) => n >= departure.n,
  };
  let dice = 0;
  const random = (size: number) => new Uint8Array(size).fill(dice++);
  const grants = new Grants({ feed, clock, random });
  return { grants, store, room: room as unknown as Room, departure, clock, feed, received, storedGrants };
}

const asked = (received: string[]) =>
  received.filter((line) => line.endsWith('grant-wanted')).map((line) => line.split(':')[0]);

test('one member is asked for a grant, another every two seconds, three at most and none twice', async (t) => {
  const { grants, room, clock, received, store } = setUp(['a', 'b', 'c', 'd', 'e']);
  await grants.ask(room, epochId, newcomer, store);
  t.is(asked(received).length, 1);
  clock.advance(1999);
  t.is(asked(received).length, 1);
  clock.advance(1);
  t.is(asked(received).length, 2);
  clock.advance(20_000);
  t.is(asked(received).length, 3);
  t.is(new Set(asked(received)).size, 3);
  t.false(received.some((line) => line.startsWith('newcomer')));
});

test('a grant is stored and passed on, and no other member is asked', async (t) => {
  const { grants, room, clock, received, storedGrants, store } = setUp(['a', 'b', 'c']);
  await grants.ask(room, epochId, newcomer, store);
  const from = asked(received)[0] ?? '';
  await grants.give(room, epochId, { from, to: newcomer, bytes }, store);
  t.is(received.at(-1), 'newcomer: granted');
  t.deepEqual(storedGrants, [{ room: room.id, epochId, to: newcomer.idFp, bytes }]);
  clock.advance(10_000);
  t.is(asked(received).length, 1);
});

test('after a bad grant the next member is asked at once; asking again meanwhile changes nothing', async (t) => {
  const { grants, room, received, store } = setUp(['a', 'b', 'c']);
  await grants.ask(room, epochId, newcomer, store);
  await grants.ask(room, epochId, newcomer, store);
  t.is(asked(received).length, 1);
  await grants.give(room, epochId, { from: asked(received)[0] ?? '', to: newcomer, bytes }, store);
  await grants.ask(room, epochId, newcomer, store);
  t.is(new Set(asked(received)).size, 2);
});

test('a grant from a member who was not asked is refused, and one that nobody waits for is dropped', async (t) => {
  const { grants, room, received, storedGrants, clock, store } = setUp(['a', 'b', 'c']);
  await grants.give(room, epochId, { from: 'a', to: newcomer, bytes }, store);
  t.deepEqual(storedGrants, []);
  await grants.ask(room, epochId, newcomer, store);
  const unasked = ['a', 'b', 'c'].find((name) => !asked(received).includes(name)) ?? '';
  await t.throwsAsync(grants.give(room, epochId, { from: unasked, to: newcomer, bytes }, store), {
    code: 'not-permitted',
  });
  clock.advance(60_000);
  t.deepEqual(clock.pending(), [], 'no question is kept for ever');
});

test('no member is asked while none is online, and a later request asks again', async (t) => {
  const { grants, room, feed, received, clock, store } = setUp(['a']);
  for (const session of feed.sessionsOf('a')) feed.leave(session);
  await grants.ask(room, epochId, newcomer, store);
  clock.advance(30_000);
  feed.join({ name: 'a', send: () => received.push('a: grant-wanted') });
  received.length = 0;
  await grants.ask(room, epochId, newcomer, store);
  t.deepEqual(asked(received), ['a']);
});

test('members who had the key from the start are asked before the others', async (t) => {
  for (let round = 0; round < 5; round++) {
    const { grants, room, received, store } = setUp(['a', 'b', 'c', 'holder'], ['holder']);
    await grants.ask(room, epochId, newcomer, store);
    t.deepEqual(asked(received), ['holder']);
  }
});

test('each key is asked for separately until somebody leaves, and not any more then', async (t) => {
  const { grants, room, departure, received, storedGrants, clock, store } = setUp(['a', 'b', 'c']);
  const older = bytes32(6);
  await grants.ask(room, epochId, newcomer, store);
  await grants.ask(room, older, newcomer, store);
  const [, from = ''] = asked(received);
  await grants.give(room, older, { from, to: newcomer, bytes }, store);
  t.deepEqual(
    storedGrants.map((grant) => grant.epochId),
    [older],
  );
  departure.n = 8;
  clock.advance(5000);
  t.is(asked(received).length, 2);
  for (const over of [older, epochId])
    await t.throwsAsync(grants.ask(room, over, newcomer, store), { code: 'stale-epoch' });
  await grants.ask(room, bytes32(8), newcomer, store);
  t.is(asked(received).length, 3);
});

test('a newcomer asks for at most 32 keys at once; others can still ask', async (t) => {
  const { grants, room, clock, store } = setUp(['a', 'b', 'c']);
  for (let n = 1; n <= 32; n += 1) await grants.ask(room, bytes32(n), newcomer, store);
  await t.throwsAsync(grants.ask(room, bytes32(33), newcomer, store), { code: 'rate-limited' });
  await grants.ask(room, bytes32(32), newcomer, store);
  await grants.ask(room, bytes32(33), person('a'), store);
  clock.advance(60_000);
  await grants.ask(room, bytes32(33), newcomer, store);
});

test('a member who was asked grants once: a second grant is neither stored nor passed on', async (t) => {
  const { grants, room, received, storedGrants, store } = setUp(['a']);
  await grants.ask(room, epochId, newcomer, store);
  for (let again = 0; again < 3; again += 1)
    await grants.give(room, epochId, { from: 'a', to: newcomer, bytes }, store);
  t.is(storedGrants.length, 1);
  t.is(received.filter((line) => line === 'newcomer: granted').length, 1);
});
