/** What survives people who are away, daemons that die, and new devices. */
import { join } from 'node:path';
import test from 'ava';
import { connectChat, lines, startChat } from '../helpers/client/chat.ts';
import { signInAs } from '../helpers/client/sign-in.ts';
import { startDaemon } from '../helpers/daemon/daemon.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const password = 'secret';
const register = {};
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `m${from + i}`);

test.serial('a person who was away gets the missed messages in order, once', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'bob');
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const away = await connectChat(t, { user: 'bob', server, password, register, profile });
  await alice.client.send('@bob', 'before', { until: 'delivered' });
  await away.client.close();
  for (const text of numbers(1, 5)) await alice.client.send('@bob', text);
  const bob = await connectChat(t, { user: 'bob', server, profile });
  await bob.message('m5');
  const fresh = bob.events.flatMap((event) => (event.type === 'message' && event.fresh ? [event.message] : []));
  t.deepEqual(
    fresh.map(({ body }) => (body.kind === 'text' ? body.text : body.kind)),
    numbers(1, 5),
  );
  const { messages } = await bob.client.history('@alice');
  t.is(messages.length, 6);
  t.is((await bob.client.conversations()).find(({ name }) => name === '@alice')?.unread, 6);
  await bob.client.markRead('@alice', messages.at(-1)?.seq ?? 0);
  t.is((await bob.client.conversations()).find(({ name }) => name === '@alice')?.unread, 0);
  await alice.message('m5', ({ state }) => state === 'delivered');
});

test.serial('a daemon that is killed in the middle loses nothing and doubles nothing', async (t) => {
  const daemon = await startDaemon(t);
  const { port, join: server } = daemon;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  await alice.client.send('@bob', 'm0');
  const sending = numbers(1, 30).map((text) => alice.client.queue('@bob', text));
  await alice.message('m4', ({ state }) => state !== 'sending');
  await daemon.stop('SIGKILL');
  await Promise.all(sending);
  await startDaemon(t, ['--port', String(port)], { dir: daemon.dir });
  await alice.message('m30', ({ state }) => state === 'delivered');
  await bob.message('m30');
  const { messages, gaps } = await bob.client.history('@alice');
  t.deepEqual(
    messages.map(({ body }) => (body.kind === 'text' ? body.text : body.kind)),
    numbers(0, 30),
  );
  t.deepEqual(gaps, []);
});

test.serial('messages queued when the client ended are sent by the next one', async (t) => {
  const { daemon, dir, at } = await openDaemon(t);
  const { port, join: server } = at;
  const profile = join(await temporaryFolder(t), 'alice');
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const first = await connectChat(t, { user: 'alice', server, password, register, profile });
  await first.client.send('@bob', 'm1');
  await daemon.stop();
  await first.event((event) => event.type === 'link' && event.link.state === 'waiting');
  for (const text of ['m2', 'm3']) t.is((await first.client.queue('@bob', text)).state, 'sending');
  t.deepEqual(lines((await first.client.history('@bob')).messages).slice(-2), [
    'alice: m2 (sending)',
    'alice: m3 (sending)',
  ]);
  await first.client.close();
  await openDaemon(t, { dir, flags: { port: String(port) } });
  const next = await connectChat(t, { user: 'alice', server, profile });
  await bob.message('m3');
  await next.message('m3', ({ state }) => state === 'delivered');
  t.deepEqual(lines((await bob.client.history('@alice')).messages), [
    'alice: m1 (sent)',
    'alice: m2 (sent)',
    'alice: m3 (sent)',
  ]);
});

test.serial('cached messages can be read when the link was lost before the rest was fetched', async (t) => {
  const daemon = await startDaemon(t);
  const { join: server } = daemon;
  const profile = join(await temporaryFolder(t), 'alice');
  await connectChat(t, { user: 'bob', server, password, register });
  const first = await connectChat(t, { user: 'alice', server, password, register, profile });
  await first.client.send('@bob', 'm1');
  await first.client.close();
  const signedIn = await signInAs(t, { user: 'alice', server, profile });
  // The daemon answers no request after the login.
  daemon.process.kill('SIGSTOP');
  const { client } = await startChat(t, signedIn);
  const history = client.history('@bob');
  await daemon.stop('SIGKILL');
  t.deepEqual(lines((await history).messages), ['alice: m1 (sent)']);
});

test.serial('an empty profile reads old messages, and a second device sees both sides', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  await alice.client.send('@bob', 'from the first device', { until: 'delivered' });
  await bob.client.send('@alice', 'an answer', { until: 'delivered' });
  await alice.client.send('#lobby', 'for all');
  const other = await connectChat(t, { user: 'alice', server, password });
  const said = ['alice: from the first device (delivered)', 'bob: an answer (sent)'];
  const old = await other.client.history('@bob');
  t.deepEqual(lines(old.messages), said);
  t.deepEqual(old.gaps, []);
  t.deepEqual(lines((await other.client.history('#lobby')).messages), ['alice: for all (sent)']);
  t.not(other.client.me.device, alice.client.me.device);
  await other.client.send('@bob', 'from the second');
  await alice.message('from the second');
  await bob.message('from the second');
  await bob.client.send('@alice', 'to both');
  for (const device of [alice, other]) await device.message('to both');
  for (const device of [alice, other]) t.deepEqual((await device.client.history('@bob')).gaps, []);
  t.deepEqual((await bob.client.history('@alice')).gaps, []);
});

test.serial('two clients share a profile', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'alice');
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const screen = await connectChat(t, { user: 'alice', server, password, register, profile });
  const oneShot = await startChat(t, await signInAs(t, { user: 'alice', server, profile }));
  t.not(screen.signedIn.lease.device, oneShot.signedIn.lease.device);
  await Promise.all(numbers(1, 5).map((text) => screen.client.send('@bob', `screen ${text}`)));
  await Promise.all(numbers(1, 5).map((text) => oneShot.client.send('@bob', `shot ${text}`, { until: 'delivered' })));
  await bob.client.send('@alice', 'to both');
  await screen.message('to both');
  await oneShot.message('to both');
  for (const chat of [screen, oneShot]) {
    const { messages, gaps } = await chat.client.history('@bob');
    t.is(messages.length, 11);
    t.deepEqual(gaps, []);
  }
  const { messages, gaps } = await bob.client.history('@alice');
  t.is(messages.length, 11);
  t.deepEqual(gaps, []);
});
