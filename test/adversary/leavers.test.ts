/** Accomplices join and leave so that a member may make garbage keys; two people still write to each other. */
import test, { type ExecutionContext } from 'ava';
import { limitValues } from '../../src/daemon/limits/limits.ts';
import { parseEpoch } from '../../src/protocol/sealed/epoch.ts';
import { connectChat, lines, type TestChat } from '../helpers/client/chat.ts';
import { until } from '../helpers/until.ts';
import { hostileDaemon } from './hostile-daemon.ts';
import { garbageKeys, Mallory, outcomeOf } from './mallory.ts';

const password = 'correct horse';
const register = {};

async function lobby(t: ExecutionContext) {
  const { at } = await hostileDaemon(t);
  const server = `127.0.0.1:${at.port}`;
  const joined = (name: string) => Mallory.accomplice(t, at, name);
  return { at, server, joined };
}

/** Resolves when `chat` has handled all events that the daemon sent before. */
const upToDate = ({ signedIn }: TestChat) => signedIn.connection.request('ping', {});

test('attack: 14 accomplices who join, leave and make garbage keys make no message of two people fail or wait', async (t) => {
  const { at, server, joined } = await lobby(t);
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const mallory = await Mallory.join(t, at);
  const gang: Mallory[] = [];
  for (let n = 1; n <= 14; n += 1) gang.push(await joined(`accomplice-${n}`));
  const said: string[] = [];
  const waits: number[] = [];
  const speak = async (text: string, speaker = said.length % 2 === 0 ? alice : bob) => {
    const from = performance.now();
    await speaker.client.send('#lobby', text);
    waits.push(performance.now() - from);
    await (speaker === alice ? bob : alice).message(text);
    said.push(`${speaker === alice ? 'alice' : 'bob'}: ${text} (sent)`);
  };

  // Each one leaves in turn; then all who may make a key make a garbage key, before and after others write.
  let left = 0;
  let made = 0;
  let attacking = true;
  const attack = (async () => {
    for (let n = 0; attacking; n += 1) {
      const leaver = gang[n % gang.length] as Mallory;
      if ((await outcomeOf(leaver.move('leave'))) === 'taken') left += 1;
      for (const maker of [mallory, ...gang]) if ((await outcomeOf(maker.epoch(garbageKeys))) === 'taken') made += 1;
      await outcomeOf(leaver.move('join'));
    }
  })();
  while (left < limitValues.leavesOfRoom.burst) await speak(`under attack ${said.length}`);
  // Whatever is left of the budgets: alone, without the other's help.
  for (let n = 0; n < 10; n += 1) await speak(`alone ${n}`, alice);
  attacking = false;
  await attack;
  t.is(await outcomeOf(mallory.move('leave')), 'rate-limited', 'nobody else can leave for now');
  for (let n = 0; n < 6; n += 1) await speak(`later ${n}`);

  t.true(made > left, `${made} garbage keys`);
  t.log(
    `${left} departures, ${made} garbage keys, ${said.length} messages, the slowest ${Math.round(Math.max(...waits))} ms`,
  );
  for (const { client, events } of [alice, bob]) {
    const { messages, gaps } = await client.history('#lobby', { limit: 500 });
    t.deepEqual(lines(messages), said);
    t.deepEqual(gaps, []);
    t.deepEqual(
      events.filter(({ type }) => type === 'notice' || type === 'gap'),
      [],
    );
    t.false(events.some((event) => event.type === 'message' && event.message.state === 'failed'));
  }
});

test('after six joins a host keeps the current key: newcomers are granted it, and a leaver gets no new messages', async (t) => {
  const { server, joined } = await lobby(t);
  const host = await connectChat(t, { user: 'alice', server, password, register });
  await host.client.send('#lobby', 'alone');
  const guests: Mallory[] = [];
  const allowed = limitValues.joinEpochs.burst + limitValues.spareEpochs.burst;
  for (let n = 1; n <= allowed + 2; n += 1) {
    const guest = await joined(`guest-${n}`);
    guests.push(guest);
    await upToDate(host);
    await host.client.send('#lobby', `welcome, guest ${n}`);
    t.is((await guest.entries('epoch')).length, 1 + Math.min(n, allowed));
  }
  const [leaver, other, ...absent] = guests.reverse() as [Mallory, Mallory, ...Mallory[]];
  // So that the host is asked for the key.
  for (const { client } of absent) client.socket.destroy();
  const before = await leaver.entries('epoch');
  t.deepEqual(before.at(-1)?.keys, [], 'who came last has no chunk');
  // She can open all of them, but of the messages before her join she gets only those under the current key.
  for (const { bytes } of before)
    await leaver.client.request('grant-ask', { room: leaver.room, epochId: parseEpoch(bytes).epochId });
  await until(async () => (await leaver.entries('epoch')).at(-1)?.keys.length === 1);
  await host.client.send('#lobby', 'still here');
  t.deepEqual(
    (await leaver.entries('epoch')).map(({ keys }) => keys.length),
    before.map((_, n) => Number(n === before.length - 1)),
  );

  // She has the current key; no budget keeps the host from making another one.
  await leaver.move('leave');
  await host.client.send('#lobby', 'without her');
  await t.throwsAsync(leaver.entries('epoch'), { code: 'no-such-conversation' });
  const epochs = await other.entries('epoch');
  t.is(epochs.length, allowed + 2);
  t.is(epochs.at(-1)?.keys.length, 1);
  const { messages, gaps } = await host.client.history('#lobby');
  t.is(messages.length, allowed + 5);
  t.deepEqual(gaps, []);
  t.false(host.events.some(({ type }) => type === 'notice'));
});

test('attack: a newcomer after a garbage key reads what a speaker writes under an earlier key, even without writing', async (t) => {
  const { server, joined } = await lobby(t);
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  await alice.client.send('#lobby', 'alone');
  const guests: Mallory[] = [];
  const allowed = limitValues.joinEpochs.burst + limitValues.spareEpochs.burst;
  for (let n = 1; n <= allowed; n += 1) {
    guests.push(await joined(`guest-${n}`));
    await upToDate(alice);
    await alice.client.send('#lobby', `welcome, guest ${n}`);
  }
  const [mallory, ...absent] = guests as [Mallory, ...Mallory[]];
  t.is(await outcomeOf(mallory.epoch(garbageKeys)), 'taken');
  for (const { client } of absent) client.socket.destroy();
  const carol = await connectChat(t, { user: 'carol', server, password, register });
  await alice.client.send('#lobby', 'hello carol');
  await carol.message('hello carol');
  const epochs = await mallory.entries('epoch');
  t.is(epochs.length, allowed + 2, 'nobody made another key');
  const { messages, gaps } = await carol.client.history('#lobby');
  // She also reads the messages under that key from before her join.
  t.deepEqual(lines(messages), [`alice: welcome, guest ${allowed} (sent)`, 'alice: hello carol (sent)']);
  t.deepEqual(gaps, []);
});
