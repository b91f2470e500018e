/** A daemon that drops, repeats, reorders, swaps and invents messages: gaps are shown, and no false text ever. */
import test, { type ExecutionContext } from 'ava';
import { ClientError } from '../../src/client/errors.ts';
import { parseDelivered } from '../../src/protocol/sealed/note.ts';
import type { Entry } from '../../src/protocol/wire/fields.ts';
import { connectChat, lines, startChat, type TestChat } from '../helpers/client/chat.ts';
import { signInAs } from '../helpers/client/sign-in.ts';
import { type Tamper, tamperedLogin } from '../helpers/client/tamper.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';

const password = 'secret';
const register = {};

/** Alice has sent m1 to m4 to Bob, who reads them through a daemon that lies from the beginning. */
async function bobThroughLies(
  t: ExecutionContext,
  tamper: Tamper,
  texts = ['m1', 'm2', 'm3', 'm4'],
): Promise<TestChat> {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const bob = await signInAs(t, { user: 'bob', server, password, register });
  for (const text of texts) await alice.client.send('@bob', text);
  return startChat(t, tamperedLogin(bob, tamper));
}

const isNote = (entry: Entry, n: number) =>
  entry.kind === 'note' && entry.from === 'alice' && parseDelivered(entry.bytes).header.seq === n;

test.serial('a withheld message is a gap', async (t) => {
  const bob = await bobThroughLies(t, { entry: (entry) => (isNote(entry, 2) ? [] : [entry]) });
  const { messages, gaps } = await bob.client.history('@alice');
  t.deepEqual(lines(messages), ['alice: m1 (sent)', 'alice: m3 (sent)', 'alice: m4 (sent)']);
  t.like(gaps, [{ reason: 'missing', from: 'alice', before: 3 }]);
  t.is(gaps.length, 1);
  t.like(await bob.event(({ type }) => type === 'gap'), { gap: { conversation: '@alice', reason: 'missing' } });
});

test.serial('a withheld message is a gap even if the daemon numbers the rest without a hole', async (t) => {
  const bob = await bobThroughLies(t, {
    entry: (entry) =>
      isNote(entry, 2) ? [] : [{ ...entry, seq: entry.kind === 'note' && entry.seq > 2 ? entry.seq - 1 : entry.seq }],
  });
  t.like((await bob.client.history('@alice')).gaps, [{ reason: 'missing', before: 2 }]);
});

test.serial('the first message withheld is a gap', async (t) => {
  const bob = await bobThroughLies(t, {
    entry: (entry) => (isNote(entry, 1) ? [] : [{ ...entry, seq: entry.seq - (entry.kind === 'note' ? 1 : 0) }]),
  });
  t.like((await bob.client.history('@alice')).gaps, [{ reason: 'missing', before: 1 }]);
});

test.serial('a repeated message is shown once', async (t) => {
  const repeated: Entry[] = [];
  const bob = await bobThroughLies(t, {
    entry: (entry) => {
      if (isNote(entry, 1)) repeated.push(entry);
      return isNote(entry, 4) ? [entry, ...repeated.map((again) => ({ ...again, seq: entry.seq + 1 }))] : [entry];
    },
  });
  const { messages, gaps } = await bob.client.history('@alice');
  t.is(messages.length, 4);
  t.deepEqual(gaps, []);
});

test.serial('reordered messages are shown with a gap', async (t) => {
  const swap: Record<number, number> = { 2: 3, 3: 2 };
  const bob = await bobThroughLies(t, {
    entry: (entry) => [entry.kind === 'note' ? { ...entry, seq: swap[entry.seq] ?? entry.seq } : entry],
  });
  const { messages, gaps } = await bob.client.history('@alice');
  t.deepEqual(
    lines(messages),
    ['m1', 'm3', 'm2', 'm4'].map((text) => `alice: ${text} (sent)`),
  );
  t.true(gaps.length > 0);
});

test.serial('changed bytes and bytes of another message are never shown', async (t) => {
  let other: Entry | null = null;
  const bob = await bobThroughLies(t, {
    entry: (entry) => {
      if (isNote(entry, 1)) other = entry;
      // A place with another message's copy is a repeat; one with changed bytes cannot be read.
      if (isNote(entry, 2) && other !== null) return [{ ...entry, bytes: other.bytes }];
      if (isNote(entry, 3)) return [{ ...entry, bytes: entry.bytes.map((byte, i) => (i === 500 ? byte ^ 1 : byte)) }];
      return [entry];
    },
  });
  const { messages, gaps } = await bob.client.history('@alice');
  t.deepEqual(lines(messages), ['alice: m1 (sent)', 'alice: m4 (sent)']);
  t.deepEqual(gaps.map(({ reason }) => reason).sort(), ['missing', 'unreadable']);
});

test.serial('a note of one conversation is refused in another', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const carol = await connectChat(t, { user: 'carol', server, password, register });
  const signedIn = await signInAs(t, { user: 'bob', server, password, register });
  let fromAlice: Entry | null = null;
  const bob = await startChat(
    t,
    tamperedLogin(signedIn, {
      entry: (entry) => {
        if (entry.kind !== 'note') return [entry];
        if (entry.from === 'alice') fromAlice = entry;
        return entry.from === 'carol' && fromAlice !== null ? [{ ...entry, bytes: fromAlice.bytes }] : [entry];
      },
    }),
  );
  await alice.client.send('@bob', 'for bob from alice');
  await bob.message('for bob from alice');
  await carol.client.send('@bob', 'for bob from carol');
  await bob.event((event) => event.type === 'gap' && event.gap.conversation === '@carol');
  const { messages, gaps } = await bob.client.history('@carol');
  t.deepEqual(messages, []);
  t.like(gaps, [{ reason: 'unreadable', from: 'carol' }]);
});

test.serial('"delivered" is shown only for a signed receipt, whatever the daemon says', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  await (await connectChat(t, { user: 'bob', server, password, register })).client.close();
  const signedIn = await signInAs(t, { user: 'alice', server, password, register });
  const alice = await startChat(
    t,
    tamperedLogin(signedIn, {
      answer: (method, _params, result) =>
        method === 'conversations'
          ? {
              conversations: (result as { conversations: { head: number }[] }).conversations.map((one) => ({
                ...one,
                delivered: one.head,
              })),
            }
          : result,
    }),
  );
  await alice.client.send('@bob', 'hello');
  await alice.client.conversations();
  t.deepEqual(lines((await alice.client.history('@bob')).messages), ['alice: hello (sent)']);
});

test.serial('after a lost answer the message is sent again and is there once', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const signedIn = await signInAs(t, { user: 'alice', server, password, register });
  let lost = 0;
  const alice = await startChat(
    t,
    tamperedLogin(signedIn, {
      // The conversation does not show either that it was stored.
      entry: (entry) => (lost < 2 && entry.kind === 'note' && entry.from === 'alice' ? [] : [entry]),
      answer: (method, _params, result) => {
        if (method === 'whisper' && lost++ === 0) {
          signedIn.connection.link?.destroy();
          signedIn.connection.link?.onClose('lost');
          throw new ClientError('unreachable', 'the connection was lost');
        }
        return result;
      },
    }),
  );
  await alice.client.queue('@bob', 'once');
  await alice.message('once', ({ state }) => state === 'delivered');
  t.true(lost > 1, 'it was sent again');
  const { messages, gaps } = await bob.client.history('@alice');
  t.deepEqual(lines(messages), ['alice: once (sent)']);
  t.deepEqual(gaps, []);
});
