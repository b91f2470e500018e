/** A daemon that sends without end: what a client keeps is bounded, and the client goes on working. */
import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { Calls } from '../../src/client/connection/calls.ts';
import type { Connection } from '../../src/client/connection/connection.ts';
import { bytesOf, EventQueue } from '../../src/client/connection/event-queue.ts';
import { ConversationLimit } from '../../src/client/conversations/list-conversations.ts';
import { allPeople, MAX_PEOPLE } from '../../src/client/people/list-people.ts';
import { fromHex } from '../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../src/protocol/base/errors.ts';
import { joinLink } from '../../src/protocol/link/daemon-identity.ts';
import type { LinkEnd } from '../../src/protocol/link/link-inbox.ts';
import { type Event, encodeEvent } from '../../src/protocol/wire/codec.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { fakeWire } from '../helpers/client/wire.ts';
import { hostileDaemon } from './hostile-daemon.ts';

const MIB = 2 ** 20;

/** The 1,000 people from number `from` on, in order. */
const page = (from: number) =>
  Array.from({ length: 1000 }, (_, i) => ({
    name: `p${String(from + i).padStart(9, '0')}`,
    idFp: null,
    online: true,
    away: false,
  }));

async function counted(request: (after: string | null) => unknown): Promise<number> {
  const connection = { request: async (_: string, { after }: { after: string | null }) => request(after) };
  let count = 0;
  for await (const _ of allPeople(connection as unknown as Connection)) count++;
  return count;
}

test('an endless list of people is given up, with new people or repeated ones', async (t) => {
  let pages = 0;
  const untrusted = { code: 'untrusted', message: /endless list of people/ };
  await t.throwsAsync(
    counted(() => ({ people: page(1000 * pages++), next: 'x' })),
    untrusted,
  );
  t.is(pages, MAX_PEOPLE / 1000 + 1);
  await t.throwsAsync(
    counted(() => ({ people: page(0), next: 'x' })),
    untrusted,
  );
  await t.throwsAsync(
    counted(() => ({ people: [], next: 'x' })),
    untrusted,
  );
  t.is(
    await counted((after) => ({ people: page(after === null ? 0 : 1000), next: after === null ? 'x' : null })),
    2000,
  );
});

const posted = (seq: number, room: Uint8Array): Event => ({
  method: 'posted',
  params: {
    conversation: room,
    with: null,
    entry: { seq, at: 1, kind: 'message', from: 'eve', bytes: new Uint8Array(16_000), file: null, keys: [] },
  },
});

test('endless unconfirmed broadcasts, or events before login, end the link before they fill the memory', (t) => {
  const room = new Uint8Array(32);
  for (const way of ['early', 'before'] as const) {
    const wire = fakeWire();
    const calls = new Calls(wire);
    const ends: LinkEnd[] = [];
    calls.onEnd = (end) => ends.push(end);
    const message = encodeEvent('posted', posted(1, room).params as never);
    let sent = 0;
    while (ends.length === 0 && sent < 100 * MIB) {
      if (way === 'early') wire.onBroadcast(room, message);
      else wire.onMessage(message);
      sent += message.length;
    }
    t.true(ends[0] instanceof ProtocolError, way);
    t.true(sent < 33 * MIB, way);
  }
});

test('events that arrive faster than they are handled end the link, after those before them in order', async (t) => {
  const taken: number[] = [];
  const hold = Promise.withResolvers<void>();
  let full = 0;
  const queue = new EventQueue(
    async (event) => {
      await hold.promise;
      if (event.method === 'posted') taken.push(event.params.entry.seq);
    },
    () => full++,
  );
  const weight = bytesOf(posted(0, new Uint8Array(32)));
  const fit = Math.floor((32 * MIB) / weight);
  for (let seq = 0; seq < fit + 10; seq++) queue.add(posted(seq, new Uint8Array(32)));
  t.is(full, 10);
  hold.resolve();
  await queue.settled();
  t.deepEqual(taken, [...Array(fit).keys()]);
  queue.add(posted(fit, new Uint8Array(32)));
  await queue.settled();
  t.is(taken.at(-1), fit, 'there is room again');
});

test('a waiting event counts with its text and its bytes', (t) => {
  const grant = { room: new Uint8Array(32), epochId: new Uint8Array(32), from: 'eve', grant: new Uint8Array(2048) };
  const typing = bytesOf({ method: 'typing', params: { name: 'eve' } });
  t.is(bytesOf({ method: 'granted', params: grant }), typing + 32 + 32 + 2048);
  const failed = { transfer: 1, code: 'full', message: 'x'.repeat(500) };
  t.is(bytesOf({ method: 'transfer-failed', params: failed }), typing - 3 + 4 + 500);
});

test.serial('messages go on beside endless people, places and presence', async (t) => {
  const daemon = await hostileDaemon(t);
  const server = joinLink('127.0.0.1', daemon.at.port, fromHex(daemon.at.fingerprint));
  const alice = await connectChat(t, { user: 'alice', server, password: 'secret', register: {} });
  await alice.client.send('#lobby', 'before');
  const { answers } = daemon.script;
  let asked = 0;
  let pages = 0;
  answers.people = () => ({ people: page(1000 * pages++), next: 'x' });
  answers.conversations = async ({ honest }) => {
    const { conversations } = await honest();
    return { conversations: conversations.map((one) => ({ ...one, head: 2 ** 40, read: 2 ** 40 })) };
  };
  answers.fetch = async ({ honest }) => {
    asked++;
    return { ...(await honest()), more: true, head: 2 ** 40 };
  };
  const before = alice.signedIn.connection;
  const online = new Promise<void>((done) => before.onOnline(() => done()));
  for (const session of daemon.sessions) session.link.destroy();
  alice.client.reconnect();
  await online;
  await alice.event((event) => event.type === 'notice' && /endless list/.test(event.text));
  for (let n = 0; n < 3000; n++) {
    daemon.sessionOf('alice').link.send(encodeEvent('presence', { name: `n${n}`, online: true, away: false }));
    if (n % 500 === 0) await turn();
  }
  await alice.client.send('#lobby', 'after');
  t.true(asked < 50, `${asked} pages were asked for`);
  const [lobby] = await alice.client.conversations();
  t.true((lobby?.read ?? 0) < 100, 'what is still to come was not read');
});

test.serial('an endless list of conversations is reported once, and messages go on', async (t) => {
  const daemon = await hostileDaemon(t);
  const server = joinLink('127.0.0.1', daemon.at.port, fromHex(daemon.at.fingerprint));
  const alice = await connectChat(t, { user: 'alice', server, password: 'secret', register: {} });
  let pages = 0;
  daemon.script.answers.conversations = async ({ honest }) => {
    const { conversations } = await honest();
    const [lobby] = conversations;
    const page = Array.from({ length: 1000 }, (_, i) => {
      const conversation = new Uint8Array(32);
      new DataView(conversation.buffer).setUint32(0, 1000 * pages + i);
      return { ...lobby, conversation, room: '#none' };
    });
    pages++;
    return { conversations: [...conversations, ...page], next: new Uint8Array(32).fill(pages) };
  };
  const notices = () =>
    alice.events.filter((event) => event.type === 'notice' && /more than 20,000 conversations/.test(event.text));
  const { connection } = alice.signedIn;
  for (let login = 1; login <= 2; login++) {
    const online = new Promise<void>((done) => connection.onOnline(() => done()));
    for (const session of daemon.sessions) session.link.destroy();
    alice.client.reconnect();
    await online;
    await alice.client.conversations();
    t.is(notices().length, 1);
    t.is(pages, 20 * login, 'no more pages are asked for');
  }
  await alice.client.send('#lobby', 'after');
});

test('too many conversations are reported once', (t) => {
  const notices: string[] = [];
  const bound = new ConversationLimit((text) => notices.push(text));
  t.deepEqual(
    [19_999, 20_000, 20_001].map((count) => bound.isReached(count)),
    [false, true, true],
  );
  t.is(notices.length, 1);
});
