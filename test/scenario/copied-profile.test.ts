/** A copied profile folder with both copies in use: both give out the numbers of one device. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { connectChat, type TestChat, textOf } from '../helpers/client/chat.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const password = 'secret';
const register = {};
const numbers = (count: number, what: string) => Array.from({ length: count }, (_, i) => `${what} ${i}`);

/** Bob, and Alice twice: with a profile that has sent something, and with a copy of it. */
async function copied(t: ExecutionContext): Promise<{ bob: TestChat; original: TestChat; copy: TestChat }> {
  const { join: server } = (await openDaemon(t)).at;
  const dir = await temporaryFolder(t);
  const [one, two] = [join(dir, 'one'), join(dir, 'two')];
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const first = await connectChat(t, { user: 'alice', server, password, register, profile: one });
  await first.client.send('@bob', 'before the copy', { until: 'delivered' });
  await first.client.send('#lobby', 'before the copy');
  await first.client.close();
  await cp(one, two, { recursive: true });
  const original = await connectChat(t, { user: 'alice', server, profile: one });
  return { bob, original, copy: await connectChat(t, { user: 'alice', server, profile: two }) };
}

test.serial(
  'the copy notices and goes on as another device: nothing is lost, doubled or reported as withheld',
  async (t) => {
    const { bob, original, copy } = await copied(t);
    const { device } = original.signedIn.lease;
    t.is(copy.signedIn.lease.device, device, 'both believe to be the same device');

    // The copy finds it in the conversation, before it sends anything.
    await original.client.send('@bob', 'by the original');
    await copy.message('by the original');
    t.deepEqual(await retired(copy, device), [true]);
    await copy.client.send('@bob', 'by the copy');
    await bob.message('by the copy');
    t.deepEqual(await retired(original, device), [false], 'one of them keeps it');

    // From here both send at once, here and in the lobby.
    const texts = [...numbers(5, 'original'), ...numbers(5, 'copy')];
    for (const to of ['@bob', '#lobby'] as const)
      await Promise.all(
        texts.map((text) => (text.startsWith('copy') ? copy : original).client.send(to, text, { until: 'sent' })),
      );
    const all: [TestChat, '@alice' | '@bob'][] = [
      [bob, '@alice'],
      [original, '@bob'],
      [copy, '@bob'],
    ];
    for (const [chat, name] of all) {
      // "Sent" means that the daemon has it; others receive it a moment later.
      for (const conversation of [name, '#lobby'])
        for (const text of texts) await chat.message(text, (message) => message.conversation === conversation);
      const direct = await chat.client.history(name);
      const said = ['before the copy', 'by the original', 'by the copy'];
      t.deepEqual(direct.messages.map(textOf).sort(), [...said, ...texts].sort());
      t.deepEqual(direct.gaps, []);
      const lobby = await chat.client.history('#lobby');
      t.deepEqual(lobby.messages.map(textOf).sort(), ['before the copy', ...texts].sort());
      t.deepEqual(lobby.gaps, []);
    }
  },
);

test.serial(
  'if both copies send at the same moment, the daemon accepts one, and the other goes on as another device',
  async (t) => {
    const { bob, original, copy } = await copied(t);
    const chats = [original, copy];
    await Promise.all(chats.flatMap(({ client }, n) => numbers(4, `${n}`).map((text) => client.send('@bob', text))));
    for (const text of [...numbers(4, '0'), ...numbers(4, '1')]) await bob.message(text);
    const { messages, gaps } = await bob.client.history('@alice');
    t.deepEqual(messages.map(textOf).sort(), ['before the copy', ...numbers(4, '0'), ...numbers(4, '1')].sort());
    t.deepEqual(gaps, []);
  },
);

async function retired({ signedIn }: TestChat, device: number): Promise<boolean[]> {
  const rows = await signedIn.profile.db.all('SELECT retired FROM devices WHERE device = ?', [device]);
  return rows.map((row) => row.retired === 1);
}
