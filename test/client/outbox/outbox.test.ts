/** How the outbox handles each answer of the daemon, and what happens to the messages after. */
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { MAX_OUTBOX } from '../../../src/client/outbox/outbox-store.ts';
import { type Clock, systemClock } from '../../../src/platform/clock.ts';
import { openCard } from '../../../src/protocol/account/card.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { Refusal, type RefusalCode } from '../../../src/protocol/base/errors.ts';
import type { Rsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { parseNote } from '../../../src/protocol/sealed/note.ts';
import type { RequestParams } from '../../../src/protocol/wire/requests.ts';
import { connectChat, lines, startChat } from '../../helpers/client/chat.ts';
import { freshCard } from '../../helpers/client/client.ts';
import { fixtureRsa, signInAs } from '../../helpers/client/sign-in.ts';
import { tamperedLogin } from '../../helpers/client/tamper.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const password = 'secret';
const register = {};

type Sent = { id: string; device: number; seq: number; bytes: string };

/** A clock on which the outbox's pauses (500 ms to 30 s) take a thousandth of their time. */
function clockWithShortPauses(): Clock & { paused: number[] } {
  const paused: number[] = [];
  return {
    ...systemClock,
    paused,
    after(ms, action) {
      const isPause = ms >= 500 && ms <= 30_000;
      if (isPause) paused.push(ms);
      return systemClock.after(isPause ? ms / 1000 : ms, action);
    },
  };
}

/** Alice, Bob and a daemon that refuses Alice's nth note, counted from 1, with the code that `refuse` returns. */
async function openRefusing(
  t: ExecutionContext,
  refuse: (nth: number, sent: Sent) => RefusalCode | null,
  clock: Clock = systemClock,
) {
  const { join: server } = (await openDaemon(t)).at;
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const sent: Sent[] = [];
  const signedIn = await signInAs(t, { user: 'alice', server, password, register });
  const lying = tamperedLogin(signedIn, {
    ask(method, params) {
      if (method !== 'whisper') return;
      const { note } = params as RequestParams<'whisper'>;
      const { header } = parseNote(note);
      const one = { id: hex(header.noteId), device: header.device, seq: header.seq, bytes: hex(note) };
      sent.push(one);
      const code = refuse(sent.length, one);
      if (code !== null) throw new Refusal(code, `refused as ${code}`);
    },
  });
  const alice = await startChat(t, { ...lying, clock });
  return { alice, bob, sent };
}

test.serial('a message that was refused as busy is sent again, byte for byte', async (t) => {
  const codes: (RefusalCode | null)[] = ['busy', 'rate-limited', null];
  const { alice, bob, sent } = await openRefusing(t, (nth) => codes[nth - 1] ?? null);
  await alice.client.send('@bob', 'patience');
  await bob.message('patience');
  t.is(new Set(sent.map(({ bytes }) => bytes)).size, 1);
  t.is(sent.length, 3);
});

test.serial(
  'while the daemon stays busy, nothing fails: the outbox waits longer each time and says so once',
  async (t) => {
    const REFUSED = 25;
    const clock = clockWithShortPauses();
    const { alice, bob } = await openRefusing(t, (nth) => (nth <= REFUSED ? 'internal' : null), clock);
    // Bob is met before, because a first contact is told to the other devices after a pause.
    await alice.client.safetyNumber('bob');
    clock.paused.length = 0;
    const texts = ['one', 'two', 'three'];
    for (const text of texts) await alice.client.queue('@bob', text);
    for (const text of texts) await alice.message(text, ({ state }) => state === 'sent' || state === 'delivered');
    await bob.message('three');
    const wanted = [500, 1000, 2000, 4000, 8000, 16_000, ...Array.from({ length: REFUSED - 6 }, () => 30_000)];
    t.deepEqual(clock.paused.slice(0, REFUSED), wanted);
    t.false(alice.events.some((event) => event.type === 'message' && event.message.state === 'failed'));
    const told = alice.events.filter((event) => event.type === 'notice');
    t.deepEqual(told, [{ type: 'notice', text: 'what you send waits, and goes out by itself: refused as internal' }]);
  },
);

for (const code of ['stale-card', 'order'] as const) {
  test.serial(`after ${code} the same message is sealed again`, async (t) => {
    const { alice, bob, sent } = await openRefusing(t, (nth) => (nth === 1 ? code : null));
    const message = await alice.client.send('@bob', 'again');
    await bob.message('again');
    t.is(sent.length, 2);
    t.is(new Set(sent.map(({ bytes }) => bytes)).size, 2);
    t.deepEqual(new Set(sent.map(({ id }) => id)), new Set([message.id]));
    t.deepEqual((await bob.client.history('@alice')).gaps, []);
  });
}

test.serial('a message that is refused for good is shown with its reason, and the next ones go on', async (t) => {
  let bad = '';
  const { alice, bob } = await openRefusing(t, (nth, { id }) => {
    if (nth === 1) bad = id;
    return id === bad && nth < 3 ? 'not-permitted' : null;
  });
  const first = alice.client.send('@bob', 'm1');
  await alice.client.send('@bob', 'm2', { until: 'delivered' });
  const error = await t.throwsAsync(first, { instanceOf: ClientError, code: 'refused' });
  t.is(error?.message, 'refused as not-permitted');
  t.deepEqual(lines((await alice.client.history('@bob')).messages), ['alice: m2 (delivered)', 'alice: m1 (failed)']);
  t.deepEqual((await bob.client.history('@alice')).gaps, []);
  await alice.client.retry(bad);
  await alice.message('m1', ({ state }) => state === 'delivered');
  const { messages, gaps } = await bob.client.history('@alice');
  t.deepEqual(lines(messages), ['alice: m2 (sent)', 'alice: m1 (sent)']);
  t.deepEqual(gaps, []);
});

test.serial('a refused message that is deleted is withdrawn and not in the history', async (t) => {
  const { alice } = await openRefusing(t, () => 'not-permitted');
  await t.throwsAsync(alice.client.send('@bob', 'm1'), { instanceOf: ClientError, code: 'refused' });
  const failed = await alice.message('m1', ({ state }) => state === 'failed');
  await alice.client.remove(failed);
  t.deepEqual(await alice.event((event) => event.type === 'withdrawn'), {
    type: 'withdrawn',
    conversation: '@bob',
    author: alice.client.me.fingerprint,
    id: failed.id,
  });
  t.deepEqual((await alice.client.history('@bob')).messages, []);
});

test.serial('a daemon that always refuses the order does not keep the client busy', async (t) => {
  const { alice, sent } = await openRefusing(t, () => 'order');
  await t.throwsAsync(alice.client.send('@bob', 'x'), { instanceOf: ClientError, code: 'refused' });
  t.true(sent.length < 10);
  t.true(new Set(sent.map(({ device }) => device)).size > 1, 'it tried as another device');
});

/** Alice, with an `rsa` that the test can change, and Bob. */
async function openSealing(t: ExecutionContext) {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'alice');
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const rsa: Rsa = fixtureRsa('alice');
  const signedIn = await signInAs(t, { user: 'alice', server, password, register, profile }, { rsa });
  return { bob, signedIn, rsa, again: () => connectChat(t, { user: 'alice', server, profile }) };
}

for (const linked of [true, false]) {
  const how = linked ? 'the link up' : 'the link just lost';
  test.serial(
    `a message that was being sealed when the client closed with ${how} is sent at the next start`,
    async (t) => {
      const { bob, signedIn, rsa, again } = await openSealing(t);
      const given = Promise.withResolvers<never>();
      const close = async () => {
        // As a pool does that ends its threads.
        given.reject(new Error('Terminating worker thread'));
        await new Promise((next) => setImmediate(next));
        await signedIn.close();
      };
      const alice = await startChat(t, { ...signedIn, close });
      await alice.client.send('@bob', 'before');
      const begun = Promise.withResolvers<void>();
      rsa.seal = () => {
        begun.resolve();
        return given.promise;
      };
      const { id } = await alice.client.queue('@bob', 'typed a moment before quitting');
      await begun.promise;
      if (!linked) {
        signedIn.connection.link?.destroy();
        await alice.event((event) => event.type === 'link' && event.link.state === 'waiting');
      }
      await alice.client.close();
      await again();
      t.is((await bob.message('typed a moment before quitting')).id, id);
      t.false(alice.events.some((event) => event.type === 'message' && event.message.state === 'failed'));
    },
  );
}

test.serial('a message that cannot be sealed now waits, with a sentence, and is sent with the next one', async (t) => {
  const { bob, signedIn, rsa } = await openSealing(t);
  const alice = await startChat(t, signedIn);
  const { seal } = rsa;
  rsa.seal = async () => {
    throw new Error('the worker ended');
  };
  const message = 'what you send to @bob waits: the worker ended; it goes out with the next one';
  await t.throwsAsync(alice.client.send('@bob', 'one'), { instanceOf: ClientError, message });
  t.like(await alice.event(({ type }) => type === 'notice'), { text: message });
  rsa.seal = seal;
  await alice.client.send('@bob', 'two');
  await bob.message('two');
  t.deepEqual(lines((await bob.client.history('@alice')).messages), ['alice: one (sent)', 'alice: two (sent)']);
});

test.serial('the outbox is bounded, with a sentence', async (t) => {
  const { daemon, at } = await openDaemon(t);
  await connectChat(t, { user: 'bob', server: at.join, password, register });
  const alice = await connectChat(t, { user: 'alice', server: at.join, password, register });
  await alice.client.send('@bob', 'known');
  await daemon.stop();
  await alice.event((event) => event.type === 'link' && event.link.state === 'waiting');
  await Promise.all(Array.from({ length: MAX_OUTBOX }, (_, i) => alice.client.queue('@bob', `m${i}`)));
  await t.throwsAsync(alice.client.queue('@bob', 'one more'), {
    instanceOf: ClientError,
    code: 'refused',
    message: /1000 messages wait/,
  });
});

test.serial('a changed key stops all messages until the person accepts it', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'bob');
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const signedIn = await signInAs(t, { user: 'bob', server, password, register, profile });
  // As if this profile had met another Alice before.
  const card = await freshCard('mallory', 'alice');
  const { idFp, cardSeq, hash } = openCard(card);
  await signedIn.profile.db.run(
    `INSERT INTO pins (daemon, name, id_fp, card_seq, card_hash, card, trust, at, device)
     VALUES (?, ?, ?, ?, ?, ?, 'verified', 1, 1)`,
    [signedIn.daemon.fingerprint, 'alice', idFp, cardSeq, hash, card],
  );
  await alice.client.send('@bob', 'from the new alice');
  const bob = await startChat(t, signedIn);
  await t.throwsAsync(bob.client.send('@alice', 'secret'), { instanceOf: ClientError, code: 'key-changed' });
  t.like(await bob.event(({ type }) => type === 'key-changed'), {
    name: 'alice',
    pinned: hex(idFp),
    offered: alice.client.me.fingerprint,
  });
  const shown = (await bob.client.people()).find(({ name }) => name === 'alice');
  t.like(shown, { changedTo: alice.client.me.fingerprint, verified: false }, 'the mark was for the other key');
  t.deepEqual((await bob.client.history('@alice')).messages, [], 'nothing of the new key is shown');
  t.is(await bob.client.safetyNumber('alice'), await alice.client.safetyNumber('bob'), 'the number to compare');
  await bob.client.acceptKey('alice');
  await bob.message('from the new alice');
  t.like(
    (await bob.client.people()).find(({ name }) => name === 'alice'),
    { changedTo: null, verified: false },
  );
  await bob.client.send('@alice', 'to the new alice', { until: 'delivered' });
});
