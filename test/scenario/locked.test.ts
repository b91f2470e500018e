/** Lobby messages under a key that nobody grants. */
import { join } from 'node:path';
import test from 'ava';
import { systemClock } from '../../src/platform/clock.ts';
import { Refusal } from '../../src/protocol/base/errors.ts';
import { connectChat, startChat, textOf } from '../helpers/client/chat.ts';
import { signInAs } from '../helpers/client/sign-in.ts';
import { tamperedLogin } from '../helpers/client/tamper.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { until } from '../helpers/until.ts';

const password = 'secret';
const register = {};

test.serial(
  'locked messages are one gap with its reason, reported after a while, and shown when the key arrives',
  async (t) => {
    const { join: server } = (await openDaemon(t)).at;
    const alice = await connectChat(t, { user: 'alice', server, password, register });
    const clock = {
      ...systemClock,
      after: (ms: number, act: () => void) => systemClock.after(Math.min(ms, 1000), act),
    };
    const signedIn = await signInAs(t, { user: 'bob', server, password, register }, { clock });
    let locked = true;
    const bob = await startChat(
      t,
      tamperedLogin(signedIn, {
        entry: (entry) => [locked ? { ...entry, keys: [] } : entry],
        ask(method) {
          if (locked && method === 'grant-ask') throw new Refusal('not-permitted', 'nobody is here');
        },
      }),
    );
    // Once he has joined the room.
    await alice.client.people();
    for (const text of ['m1', 'm2', 'm3']) await alice.client.send('#lobby', text);
    const told = await bob.event(({ type }) => type === 'gap');
    t.like(told, { gap: { conversation: '#lobby', from: 'alice', reason: 'locked' } });
    const { messages, gaps } = await bob.client.history('#lobby');
    t.deepEqual(messages, []);
    t.like(gaps, [{ reason: 'locked', from: 'alice' }]);
    t.is(gaps.length, 1);
    t.is(bob.events.filter(({ type }) => type === 'gap').length, 1);
    locked = false;
    await bob.client.send('#lobby', 'now I can');
    await bob.message('m3');
    const after = await bob.client.history('#lobby');
    t.deepEqual(after.messages.map(textOf), ['m1', 'm2', 'm3', 'now I can']);
    t.deepEqual(after.gaps, []);
  },
);

test.serial('a missing key of an earlier epoch is requested again at the next login', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const as = { user: 'bob' as const, server, password, profile: join(await temporaryFolder(t), 'bob') };
  const signedIn = await signInAs(t, { ...as, register });
  const bob = await startChat(
    t,
    tamperedLogin(signedIn, {
      entry: (entry) => [{ ...entry, keys: [] }],
      ask(method) {
        if (method === 'grant-ask') throw new Refusal('not-permitted', 'nobody is here');
      },
    }),
  );
  await alice.client.people();
  await alice.client.send('#lobby', 'under an earlier key');
  await until(async () => (await bob.client.history('#lobby')).gaps[0]?.reason === 'locked');
  await bob.client.close();
  await connectChat(t, { user: 'carol', server, password, register });
  await alice.client.send('#lobby', 'under the next key');
  const again = await connectChat(t, as);
  await again.message('under an earlier key');
  const { messages, gaps } = await again.client.history('#lobby');
  t.deepEqual(messages.map(textOf), ['under an earlier key', 'under the next key']);
  t.deepEqual(gaps, []);
});
