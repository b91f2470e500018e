import test from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { ClientBus } from '../../../src/client/events/client-bus.ts';
import { People } from '../../../src/client/people/people.ts';
import { Presence } from '../../../src/client/people/presence.ts';
import type { ClientEvent, ConversationName, LinkState, Person } from '../../../src/client/types.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import type { Event } from '../../../src/protocol/wire/codec.ts';
import { connectChat, type TestChat } from '../../helpers/client/chat.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { person } from '../../helpers/screen/messages.ts';
import { until } from '../../helpers/until.ts';

const password = 'secret';
const register = {};

/** Presence over a connection that only records requests. */
function open(people: Person[] = [person('bob'), person('carol')]) {
  const clock = manualClock();
  const asked: [string, unknown][] = [];
  const events: ClientEvent[] = [];
  const link = { state: 'online' as LinkState['state'], error: null as Error | null };
  const context = {
    clock,
    keyring: { me: { name: 'alice' } },
    connection: {
      get state() {
        return { state: link.state };
      },
      request: async (method: string, params: unknown) => {
        if (link.error !== null) throw link.error;
        if (link.state !== 'online') throw new ClientError('unreachable', 'not connected');
        asked.push([method, params]);
        return {};
      },
    },
  } as unknown as ConstructorParameters<typeof Presence>[0];
  const directory = { find: async (name: string) => people.find((one) => one.name === name) ?? null };
  const bus = new ClientBus();
  bus.on('announced', (event) => void events.push(event));
  const presence = new Presence(context, directory, bus);
  /** Types in that conversation. @returns the requests it caused */
  const typing = async (to: ConversationName) => {
    asked.length = 0;
    presence.typing(to);
    await new Promise((done) => setImmediate(done));
    return asked.map(([method, params]) => `${method} ${(params as { to: string }).to}`);
  };
  const take = (event: Event) => bus.publish('received', event);
  return { presence, typing, take, asked, clock, link, events };
}

test('typing is sent to each person once in three seconds', async (t) => {
  const { typing, clock } = open();
  t.deepEqual(await typing('@bob'), ['typing bob']);
  clock.advance(2999);
  t.deepEqual(await typing('@bob'), []);
  t.deepEqual(await typing('@carol'), ['typing carol']);
  clock.advance(1);
  t.deepEqual(await typing('@bob'), ['typing bob']);
});

test('typing is not sent to rooms, to oneself, to people who are offline or unknown, or to a changed key', async (t) => {
  const { typing } = open([
    person('alice'),
    person('bob', { changedTo: 'cc' }),
    person('carol', { online: false }),
    person('lobby'),
  ]);
  for (const to of ['#lobby', '@alice', '@bob', '@carol', '@nobody', `@${'x'.repeat(100)}`] as const)
    t.deepEqual(await typing(to), [], to);
});

test('without a link, or if the request fails, typing does nothing and throws nothing', async (t) => {
  const { typing, link } = open();
  link.state = 'waiting';
  t.deepEqual(await typing('@bob'), []);
  link.state = 'online';
  link.error = new Refusal('internal', 'no');
  t.deepEqual(await typing('@bob'), []);
  link.error = null;
  t.deepEqual(await typing('@carol'), ['typing carol']);
});

test('away is sent again on the next link; being back is not', async (t) => {
  const { presence, asked, link } = open();
  link.state = 'waiting';
  await presence.away(true);
  t.deepEqual(asked, []);
  link.state = 'online';
  await presence.resendAway();
  await presence.resendAway();
  t.deepEqual(asked.splice(0), [
    ['away', { away: true }],
    ['away', { away: true }],
  ]);
  await presence.away(false);
  await presence.resendAway();
  t.deepEqual(asked, [['away', { away: false }]]);
});

test('a refused away is not sent again', async (t) => {
  const { presence, asked, link } = open();
  link.error = new Refusal('rate-limited', 'too many');
  await t.throwsAsync(presence.away(true), { instanceOf: Refusal });
  link.error = null;
  await presence.resendAway();
  t.deepEqual(asked, []);
});

test("typing of others is an event; one's own never is, whatever the daemon sends", (t) => {
  const { take, events } = open();
  take({ method: 'typing', params: { name: 'bob' } });
  take({ method: 'typing', params: { name: 'alice' } });
  take({ method: 'presence', params: { name: 'bob', online: true, away: false } });
  t.deepEqual(events, [{ type: 'typing', name: 'bob' }]);
});

test('attack: a daemon cannot show an offline person as away', async (t) => {
  const context = {
    keyring: { me: { name: 'alice' }, pinned: async () => null, allPinned: async () => [] },
    connection: {
      request: async () => ({ people: [{ name: 'bob', idFp: null, online: false, away: true }], next: null }),
    },
  } as unknown as ConstructorParameters<typeof People>[0];
  const bus = new ClientBus();
  const people = new People(context, bus);
  t.like((await people.list())[0], { name: 'bob', online: false, away: false });
  await bus.publishAndWait('received', { method: 'presence', params: { name: 'bob', online: true, away: true } });
  t.like(await people.find('bob'), { online: true, away: true });
  await bus.publishAndWait('received', { method: 'presence', params: { name: 'bob', online: false, away: true } });
  t.like(await people.find('bob'), { online: false, away: false });
  t.is(await people.find('nobody'), null);
});

const awayOf = async ({ client }: TestChat, name: string) =>
  (await client.people()).find((one) => one.name === name)?.away;

test.serial('two people: Bob sees Alice type and go away, and again after her link was lost', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  await alice.event((event) => event.type === 'people' && event.people.some(({ name }) => name === 'bob'));
  alice.client.typing('@bob');
  await bob.event((event) => event.type === 'typing' && event.name === 'alice');
  t.false(alice.events.some((event) => event.type === 'typing'));
  t.deepEqual(
    (await bob.client.conversations()).map(({ name, head }) => `${name} ${head > 0}`),
    ['#lobby true'],
  );

  await alice.client.away(true);
  await bob.event((event) => event.type === 'people' && event.people.some((one) => one.name === 'alice' && one.away));
  t.true(await awayOf(bob, 'alice'));
  t.true(await awayOf(alice, 'alice'));
  alice.signedIn.connection.link?.destroy();
  await bob.event(
    (event) => event.type === 'people' && event.people.some((one) => one.name === 'alice' && !one.online),
  );
  await until(async () => (await awayOf(bob, 'alice')) === true);
  // Newcomers see it in the directory.
  const carol = await connectChat(t, { user: 'carol', server, password, register });
  t.true(await awayOf(carol, 'alice'));
  await alice.client.away(false);
  await until(async () => (await awayOf(bob, 'alice')) === false);
});
