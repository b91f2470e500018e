import test, { type ExecutionContext } from 'ava';
import { connectChat, lines, type TestChat } from '../../helpers/client/chat.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { recordPath } from '../../helpers/protocol/record-path.ts';

const password = 'secret';
const register = {};

/** Alice writes to the lobby and Bob reads it over a path that the test controls. */
async function lobby(t: ExecutionContext, flags: Record<string, string> = {}) {
  const { join: server, port, fingerprint } = (await openDaemon(t, { flags })).at;
  const path = await recordPath(t, port);
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const bob = await connectChat(t, {
    user: 'bob',
    server: `securechat://${path.server}#${fingerprint}`,
    password,
    register,
  });
  await alice.client.send('#lobby', 'first');
  await bob.message('first', ({ seq }) => seq !== null);
  return { alice, bob, path };
}

/** What Bob saw of the message with this text, in order: early or placed, and whether it was fresh. */
function told({ events }: TestChat, text: string): string[] {
  return events.flatMap((event) => {
    if (event.type === 'withdrawn') return ['withdrawn'];
    if (event.type !== 'message' || event.message.body.kind === 'file' || event.message.body.text !== text) return [];
    return [`${event.message.seq === null ? 'early' : 'placed'}${event.fresh ? ', fresh' : ''}`];
  });
}

/** Sends messages until one goes over each link: the next one is then a broadcast. */
async function sendUntilBroadcasts({ alice, bob, path }: Awaited<ReturnType<typeof lobby>>): Promise<void> {
  for (let i = 0; ; i++) {
    const before = path.broadcasts;
    await alice.client.send('#lobby', `warm ${i}`);
    await bob.message(`warm ${i}`);
    if (path.broadcasts === before) return;
  }
}

test.serial('a message is shown at once without a place, and is fresh when it has one', async (t) => {
  const there = await lobby(t);
  const { alice, bob } = there;
  await sendUntilBroadcasts(there);
  await alice.client.send('#lobby', 'hello');
  await bob.message('hello', ({ seq }) => seq === null);
  const { read } = (await bob.client.conversations()).find(({ name }) => name === '#lobby') ?? { read: -1 };
  // History contains only confirmed messages: the daemon's answer confirms them.
  const { messages } = await bob.client.history('#lobby');
  t.is(lines(messages).at(-1), 'alice: hello (sent)');
  t.true(messages.every(({ seq }) => seq !== null));
  const placed = await bob.message('hello', ({ seq }) => seq !== null);
  t.true((placed.seq ?? 0) > read);
  t.deepEqual([...new Set(told(bob, 'hello'))], ['early', 'placed, fresh']);
  t.false(bob.events.some(({ type }) => type === 'withdrawn' || type === 'gap'));
});

test.serial('a mark confirms a broadcast if no request does', async (t) => {
  const there = await lobby(t);
  const { alice, bob } = there;
  await sendUntilBroadcasts(there);
  await alice.client.send('#lobby', 'hello');
  await bob.message('hello', ({ seq }) => seq === null);
  await bob.message('hello', ({ seq }) => seq !== null);
  t.pass();
});

test.serial(
  'attack: if the confirmation is withheld, the message is withdrawn and fetched over the next link',
  async (t) => {
    const { alice, bob, path } = await lobby(t);
    path.pass = (broadcast) => broadcast;
    await alice.client.send('#lobby', 'hello');
    await bob.message('hello', ({ seq }) => seq === null);
    const read = async () =>
      (await bob.signedIn.profile.db.all('SELECT top FROM coverage')).map(({ top }) => Number(top));
    const before = await read();
    await bob.event((event) => event.type === 'link' && event.link.state === 'waiting');
    t.deepEqual(await read(), before, 'no position was stored');
    path.pass = null;
    await bob.event((event) => event.type === 'withdrawn');
    await bob.message('hello', ({ seq }) => seq !== null);
    t.false(bob.events.some(({ type }) => type === 'gap'));
  },
);

test.serial(
  'attack: if a broadcast is dropped, the link ends at the next record and nothing is missing afterwards',
  async (t) => {
    const { alice, bob, path } = await lobby(t);
    path.pass = (broadcast) => !broadcast;
    await alice.client.send('#lobby', 'hello');
    await bob.event((event) => event.type === 'link' && event.link.state === 'waiting');
    path.pass = null;
    await bob.message('hello', ({ seq }) => seq !== null);
    t.false(told(bob, 'hello').includes('early'));
    t.false(bob.events.some(({ type }) => type === 'gap'));
  },
);

test.serial('with --no-broadcast every message goes over each link', async (t) => {
  const { alice, bob, path } = await lobby(t, { 'no-broadcast': 'true' });
  for (const text of ['a', 'b', 'c']) await alice.client.send('#lobby', text);
  await bob.message('c');
  t.is(path.broadcasts, 0);
  t.deepEqual(told(bob, 'c'), ['placed, fresh']);
});
