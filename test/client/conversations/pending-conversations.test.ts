import test from 'ava';
import { PendingConversations } from '../../../src/client/conversations/pending-conversations.ts';
import type { Timeline } from '../../../src/client/timeline/timeline.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { connectChat, lines, startChat } from '../../helpers/client/chat.ts';
import { signInAs } from '../../helpers/client/sign-in.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { until } from '../../helpers/until.ts';

const id = (n: number) => new Uint8Array(new Uint32Array([n, 0, 0, 0, 0, 0, 0, 0]).buffer);

/** Pending conversations whose owner the test tells. `heardOf` lists the lowest and highest place each timeline was given. */
function open() {
  const asked: [string, string][] = [];
  const heardOf: [string, number, number][] = [];
  const answers = new Map<string, (answer: 'mine' | 'none' | Error) => void>();
  const pending = new PendingConversations((conversation, name) => {
    const key = hex(conversation);
    asked.push([key, name]);
    const expect = (first: number, last: number) => void heardOf.push([key, first, last]);
    const timeline = { expect } as unknown as Timeline;
    return new Promise((done, fail) =>
      answers.set(key, (answer) =>
        answer instanceof Error ? fail(answer) : done(answer === 'mine' ? timeline : null),
      ),
    );
  });
  const answer = async (n: number, how: 'mine' | 'none' | Error) => {
    const settled = pending.settled(hex(id(n)));
    answers.get(hex(id(n)))?.(how);
    await settled;
  };
  return { pending, asked, heardOf, answer };
}

test('a conversation continues to its highest place without waiting for others', async (t) => {
  const { pending, asked, heardOf, answer } = open();
  pending.add(id(1), 'mallory', 9);
  pending.add(id(2), 'bob', 4);
  pending.add(id(2), 'bob', 6);
  pending.add(id(2), 'bob', 5);
  await answer(2, 'mine');
  t.deepEqual(asked, [
    [hex(id(1)), 'mallory'],
    [hex(id(2)), 'bob'],
  ]);
  t.deepEqual(heardOf, [[hex(id(2)), 4, 6]]);
  await pending.settled(hex(id(3)));
});

test('a conversation that was not ours, or had no answer, is asked for again with its next entry', async (t) => {
  const { pending, asked, heardOf, answer } = open();
  for (const how of ['none', new Error('no link'), 'mine'] as const) {
    pending.add(id(1), 'bob', 3);
    await answer(1, how);
  }
  t.is(asked.length, 3);
  t.deepEqual(heardOf, [[hex(id(1)), 3, 3]]);
});

test('attack: a flood of unknown conversations is dropped', async (t) => {
  const { pending, asked, answer } = open();
  for (let n = 0; n < 5000; n++) pending.add(id(n), 'mallory', 1);
  t.is(asked.length, 1000);
  await answer(0, 'none');
  pending.add(id(4999), 'bob', 1);
  t.is(asked.length, 1001);
});

test.serial('attack: a withheld card holds up nobody but its owner', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const account = { server, password: 'secret', register: {} };
  const signedIn = await signInAs(t, { user: 'alice', ...account });
  const { connection } = signedIn;
  const request = connection.request.bind(connection) as (...of: unknown[]) => Promise<unknown>;
  let asked = false;
  let give = () => {};
  const given = new Promise<void>((done) => {
    give = done;
  });
  connection.request = (async (method: string, ...rest: unknown[]) => {
    if (method === 'cards') {
      asked = true;
      await given;
    }
    return request(method, ...rest);
  }) as typeof connection.request;
  const alice = await startChat(t, signedIn);
  await alice.client.conversations();
  const bob = await connectChat(t, { user: 'bob', ...account });
  await bob.client.send('@alice', 'one');
  await bob.client.send('@alice', 'two');
  await until(() => asked);
  await alice.client.send('#lobby', 'the lobby goes on');
  t.deepEqual(lines((await alice.client.history('#lobby')).messages), ['alice: the lobby goes on (sent)']);
  t.deepEqual(
    (await alice.client.conversations()).map(({ name }) => name),
    ['#lobby'],
  );
  const page = alice.client.history('@bob');
  give();
  t.deepEqual(lines((await page).messages), ['bob: one (sent)', 'bob: two (sent)']);
});
