import test from 'ava';
import { ClientError } from '../../src/client/errors.ts';
import { connectChat, lines } from '../helpers/client/chat.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';

const password = 'secret';
const register = {};

test.serial('two people exchange private messages, each with a signed receipt', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const sent = await alice.client.send('@bob', 'hello', { until: 'delivered' });
  t.is(sent.state, 'delivered');
  const got = await bob.message('hello');
  t.is(got.from, 'alice');
  t.is(got.conversation, '@alice');
  t.is(got.id, sent.id);
  await bob.client.send('@alice', 'hello yourself', { until: 'delivered' });
  await alice.message('hello yourself');
  const { messages, gaps, more } = await alice.client.history('@bob');
  t.deepEqual(lines(messages), ['alice: hello (delivered)', 'bob: hello yourself (sent)']);
  t.deepEqual(gaps, []);
  t.false(more);
});

test.serial('members read the lobby, newcomers from their join on', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  await alice.client.send('#lobby', 'nobody here');
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  await alice.client.send('#lobby', 'for all');
  await bob.message('for all');
  await bob.client.send('#lobby', 'from bob');
  await alice.message('from bob');
  const { messages, gaps } = await bob.client.history('#lobby');
  t.deepEqual(lines(messages).slice(-2), ['alice: for all (sent)', 'bob: from bob (sent)']);
  t.deepEqual(gaps, []);
  await t.throwsAsync(bob.client.send('#lobby', 'x', { until: 'delivered' }), {
    instanceOf: ClientError,
    code: 'usage',
  });
});

test.serial('a listener that throws on reconnecting ends nothing', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const { client, signedIn, event } = await connectChat(t, { user: 'alice', server, password, register });
  let thrown = 0;
  client.subscribe((one) => {
    if (one.type === 'link' && one.link.state === 'online' && thrown++ === 0) throw new Error('a bug of the listener');
  });
  signedIn.connection.link?.destroy();
  await event((one) => one.type === 'notice' && one.text.includes('a bug of the listener'));
  t.is(thrown, 1);
  t.is(client.link.state, 'online');
  t.is((await client.send('#lobby', 'still here')).state, 'sent');
});
