/** Two real clients over a bad network: whatever happens to a record, nothing false is shown and nothing is lost. */
import test from 'ava';
import { connectChat, type TestChat, textOf } from '../helpers/client/chat.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { faultProxy } from './fault-proxy.ts';
import { seeded } from './seeded.ts';

const kinds = ['flip', 'drop', 'repeat', 'reorder', 'cut', 'stall', 'split'] as const;
const directions = ['toDaemon', 'toClient'] as const;

/** The messages of the other one that `chat` was shown, in order. */
const shown = ({ events }: TestChat, from: string) =>
  events.flatMap((event) => (event.type === 'message' && event.message.from === from ? [textOf(event.message)] : []));

test('each fault in each direction and in the handshake after it leaves all messages correct', async (t) => {
  const { at, lines } = await openDaemon(t);
  const proxy = await faultProxy(t, at.port, { seed: 11 });
  const random = seeded(5);
  const account = { password: 'correct horse', register: {} };
  const alice = await connectChat(t, { user: 'alice', server: `127.0.0.1:${at.port}`, ...account });
  const bob = await connectChat(t, { user: 'bob', server: proxy.server, ...account });
  const said: string[] = [];
  const talk = async () => {
    const text = `number ${said.length}`;
    said.push(text);
    await Promise.all([alice.client.send('@bob', text), bob.client.send('@alice', text)]);
    await Promise.all([
      alice.message(text, ({ from }) => from === 'bob'),
      bob.message(text, ({ from }) => from === 'alice'),
    ]);
  };
  const under = async (...faults: Promise<void>[]) => {
    let struck = false;
    const all = Promise.all(faults).then(() => {
      struck = true;
      proxy.release();
    });
    while (!struck) await talk();
    await all;
    await talk();
  };

  await talk();
  for (const kind of kinds)
    for (const direction of directions) await under(proxy.strike({ kind, direction, after: random(3) }));
  // A changed Hello or Reply ends only that attempt. A changed greeting is another key, which a client refuses.
  await under(
    proxy.strike({ kind: 'cut', direction: 'toClient' }),
    proxy.strike({ kind: 'flip', direction: 'toDaemon' }),
    proxy.strike({ kind: 'flip', direction: 'toClient', after: 1 }),
  );
  t.deepEqual(shown(alice, 'bob'), said);
  t.deepEqual(shown(bob, 'alice'), said);
  t.true(proxy.connections > kinds.length);
  for (const { events } of [alice, bob]) t.false(events.some(({ type }) => type === 'gap' || type === 'key-changed'));
  t.false(lines.some(({ evt }) => evt === 'sys_crash'));
});
