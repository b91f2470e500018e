/** Malformed messages that claim more than they contain: the link ends, and memory and other links are not affected. */
import test from 'ava';
import { fromHex } from '../../src/protocol/base/bytes.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { login, register } from '../helpers/client/client.ts';
import { hostileClient } from './hostile-client.ts';
import { hostileDaemon } from './hostile-daemon.ts';

const small = {
  'millions of elements, 20 deep': 'dd01ffffff'.repeat(20),
  'a trailing byte': '940007a470696e6780c1',
  'a key twice': '940007a6747970696e6782a2746fa3626f62a2746fa5616c696365',
  'an id that is a float': '9400cb401c000000000000a470696e6780',
  'an id that is a time': '9400d6ff00000007a470696e6780',
};
const large = 'dcffff'.repeat(87_000);
/** Far below the cost of one level of such an array, if its size were believed. */
const LARGE = 100 * 2 ** 20;

test('a malformed message from a client or a daemon, before or after login, ends one link and nothing else', async (t) => {
  const { at, script, sessionOf, lines } = await hostileDaemon(t);
  const server = `127.0.0.1:${at.port}`;
  const account = { server, password: 'correct horse', register: {} };
  const alice = await connectChat(t, { user: 'alice', ...account });
  const bob = await connectChat(t, { user: 'bob', ...account });
  const before = process.memoryUsage().rss;
  let said = 0;
  const goesOn = async () => {
    said += 1;
    await alice.client.send('@bob', `still here ${said}`);
    await bob.message(`still here ${said}`);
  };

  for (const bytes of Object.values(small)) {
    const stranger = await hostileClient(t, at);
    stranger.messages(fromHex(bytes));
    t.is(await stranger.ended, 'cut');
  }
  const mallory = await hostileClient(t, at);
  await register(mallory, 'mallory', 'pw');
  await login(mallory, 'mallory', 'pw');
  mallory.messages(fromHex(large));
  t.is(await mallory.ended, 'cut');
  await goesOn();

  for (const bytes of [small['millions of elements, 20 deep'], large]) {
    const lost = alice.events.length;
    sessionOf('alice').send(fromHex(bytes));
    const since = () => alice.events.slice(lost).filter((event) => event.type === 'link');
    await alice.event(
      (event) => since().includes(event as never) && event.type === 'link' && event.link.state === 'waiting',
    );
    await alice.event(
      (event) => since().includes(event as never) && event.type === 'link' && event.link.state === 'online',
    );
    await goesOn();
  }
  t.true(process.memoryUsage().rss - before < LARGE);
  t.false(lines.some(({ evt }) => evt === 'sys_crash'));
  t.deepEqual(script.answers, {});
  t.true(bob.events.every((event) => event.type !== 'link' || event.link.state === 'online'));
});
