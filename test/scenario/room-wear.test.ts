/** A room's key lasts 7 days and 1,000 messages; the next speaker makes another one, and everybody reads on. */
import test, { type ExecutionContext } from 'ava';
import { ClientBus } from '../../src/client/events/client-bus.ts';
import { accountKey, type ClientContext } from '../../src/client/login/client-context.ts';
import type { SignedIn } from '../../src/client/login/sign-in.ts';
import { roomRef } from '../../src/client/notes/conversation-ref.ts';
import { Room } from '../../src/client/rooms/room.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { connectChat, lines } from '../helpers/client/chat.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';

const day = 24 * 3_600_000;
const password = 'secret';
const register = {};

async function epochs({ connection }: SignedIn): Promise<number[]> {
  const page = { after: 0, before: null, limit: 100, newest: false, kinds: null };
  const { entries } = await connection.request('fetch', { conversation: connection.welcome.lobby, ...page });
  return entries.filter(({ kind }) => kind === 'epoch').map(({ seq }) => seq);
}

test.serial('after 7 days the next speaker makes a new key', async (t) => {
  let later = 0;
  const clock = { ...systemClock, now: () => Date.now() + later };
  const { at } = await openDaemon(t, { clock });
  const server = `127.0.0.1:${at.port}`;
  const alice = await connectChat(t, { user: 'alice', server, password, register }, { clock });
  const bob = await connectChat(t, { user: 'bob', server, password, register }, { clock });
  await alice.client.send('#lobby', 'day 0');
  const first = await epochs(alice.signedIn);
  later = 7 * day - 60_000;
  await alice.client.send('#lobby', 'day 7, early');
  t.deepEqual(await epochs(alice.signedIn), first);
  later = 7 * day + 60_000;
  await alice.client.send('#lobby', 'day 7, late');
  t.is((await epochs(alice.signedIn)).length, first.length + 1);
  await bob.message('day 7, late');
  await bob.client.send('#lobby', 'under the same key');
  t.is((await epochs(alice.signedIn)).length, first.length + 1);
  await alice.message('under the same key');
  for (const { client } of [alice, bob]) {
    const { messages, gaps } = await client.history('#lobby');
    t.deepEqual(lines(messages), [
      'alice: day 0 (sent)',
      'alice: day 7, early (sent)',
      'alice: day 7, late (sent)',
      'bob: under the same key (sent)',
    ]);
    t.deepEqual(gaps, []);
  }
});

test.serial('after 1,000 messages the next speaker makes a new key', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const { client, signedIn } = await connectChat(t, { user: 'alice', server, password, register });
  await client.send('#lobby', 'the first');
  const [made] = await epochs(signedIn);
  if (made === undefined) return t.fail('no epoch');
  let head = made + 999;
  const room = await otherRoom(t, signedIn);
  const seal = () =>
    room.seal(
      {
        device: 7,
        deviceSeq: 1,
        prev: new Uint8Array(32),
        seen: [],
        id: new Uint8Array(16).fill(7),
        sentAt: 0,
        content: { kind: 'text', text: 'x' },
      },
      () => head,
    );
  await seal();
  t.deepEqual(await epochs(signedIn), [made], 'the 1,000th goes under the first key');
  head = made + 1000;
  const { bytes } = await seal();
  const [, second, ...more] = await epochs(signedIn);
  t.deepEqual(more, []);
  t.is(room.keys.current?.seq, second);
  await signedIn.connection.request('say', { room: signedIn.connection.welcome.lobby, message: bytes, file: null });
  const { messages } = await client.history('#lobby');
  t.deepEqual(lines(messages), ['alice: the first (sent)', 'alice: x (sent)']);
});

/** The lobby again, in another process. */
function otherRoom(t: ExecutionContext, signedIn: SignedIn): Promise<Room> {
  const { connection, keyring, profile, rsa, clock, daemon } = signedIn;
  const account = `other ${accountKey(daemon.daemonId, keyring.me.idFp)}`;
  const { daemonId, signSpki: daemonSignSpki } = daemon;
  const context: ClientContext = { connection, keyring, profile, rsa, clock, daemonId, daemonSignSpki, account };
  const bus = new ClientBus();
  bus.on('announced', (event) => t.log(event));
  // The first fetch gets the key beside its epoch.
  const alone = { othersOnline: async () => false };
  return Room.open(context, bus, alone, roomRef(connection.welcome.lobby, '#lobby'));
}
