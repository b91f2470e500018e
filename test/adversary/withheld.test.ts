/** A daemon that damages one message and hides another one behind it. */
import { join } from 'node:path';
import test from 'ava';
import type { Entry } from '../../src/protocol/wire/fields.ts';
import { connectChat, lines, startChat } from '../helpers/client/chat.ts';
import { signInAs } from '../helpers/client/sign-in.ts';
import { tamperedLogin } from '../helpers/client/tamper.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const password = 'correct horse';

test('an unreadable message does not hide a withheld one', async (t) => {
  const { at } = await openDaemon(t);
  const server = `127.0.0.1:${at.port}`;
  const profile = join(await temporaryFolder(t), 'bob');
  const bob = { user: 'bob' as const, server, password, profile };
  const alice = await connectChat(t, { user: 'alice', server, password, register: {} });
  const carol = await connectChat(t, { user: 'carol', server, password, register: {} });
  await (await connectChat(t, { ...bob, register: {} })).client.close();
  const say = async (speaker: typeof alice, listener: typeof alice, text: string) => {
    await speaker.client.send('#lobby', text);
    await listener.message(text, ({ seq }) => seq !== null);
  };
  await say(alice, carol, 'a1');
  await say(carol, alice, 'c1, spoilt');
  await say(alice, carol, 'a2, which has seen c1');
  await say(carol, alice, 'c2, withheld');
  await say(alice, carol, 'a3, which has seen c2');

  const carols: number[] = [];
  const [spoilt, hidden] = [0, 1];
  const signedIn = await signInAs(t, bob);
  const reader = await startChat(
    t,
    tamperedLogin(signedIn, {
      // Numbered again without a hole; Carol writes nothing more that would reveal it.
      entry(entry: Entry) {
        if (entry.kind === 'message' && entry.from === 'carol' && !carols.includes(entry.seq)) carols.push(entry.seq);
        if (entry.seq === carols[hidden]) return [];
        const seq = entry.seq - (entry.seq > (carols[hidden] ?? entry.seq) ? 1 : 0);
        if (entry.seq !== carols[spoilt]) return [{ ...entry, seq }];
        return [{ ...entry, bytes: entry.bytes.map((byte, i) => (i === 300 ? byte ^ 1 : byte)) }];
      },
    }),
  );
  await reader.message('a3, which has seen c2');
  const { messages, gaps } = await reader.client.history('#lobby');
  t.deepEqual(lines(messages), [
    'alice: a1 (sent)',
    'alice: a2, which has seen c1 (sent)',
    'alice: a3, which has seen c2 (sent)',
  ]);
  t.deepEqual(
    gaps.map(({ reason, before }) => [reason, before]),
    [
      ['unreadable', carols[spoilt]],
      ['missing', messages[2]?.seq],
    ],
  );
});
