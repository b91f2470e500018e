/** Long conversations: paging back to the beginning, gaps between pages, and a trimmed cache. */
import { join } from 'node:path';
import test from 'ava';
import { Cache } from '../../src/client/cache/cache.ts';
import { accountKey } from '../../src/client/login/client-context.ts';
import type { SignedIn } from '../../src/client/login/sign-in.ts';
import type { Message } from '../../src/client/types.ts';
import { parseDelivered } from '../../src/protocol/sealed/note.ts';
import { connectChat, startChat, type TestChat, textOf } from '../helpers/client/chat.ts';
import { signInAs } from '../helpers/client/sign-in.ts';
import { tamperedLogin } from '../helpers/client/tamper.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const password = 'secret';
const register = {};
const COUNT = 230;
const texts = Array.from({ length: COUNT }, (_, i) => `m${i + 1}`);

async function cacheOf({ keyring, daemon, profile }: SignedIn): Promise<Cache> {
  const account = accountKey(daemon.daemonId, keyring.me.idFp);
  return Cache.open(profile, account);
}

/** Reads all of it page after page, like a person who scrolls. */
async function readBack(chat: TestChat, name: '@alice' | '@bob'): Promise<{ messages: Message[]; gaps: number }> {
  const all: Message[] = [];
  let gaps = 0;
  for (let before: number | undefined; ; before = all[0]?.seq ?? 0) {
    const page = await chat.client.history(name, { limit: 50, ...(before === undefined ? {} : { before }) });
    all.unshift(...page.messages);
    gaps += page.gaps.length;
    if (!page.more) return { messages: all, gaps };
  }
}

test.serial('an empty profile pages history back to its beginning', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  for (const text of texts) await alice.client.queue('@bob', text);
  await alice.message(`m${COUNT}`, ({ state }) => state === 'delivered');
  const first = await bob.client.history('@alice', { limit: 1 });
  await bob.client.react(first.messages[0] as Message, '👍', true);
  const last = (await bob.client.history('@alice', { limit: 1 })).messages[0]?.seq ?? 0;
  await bob.client.markRead('@alice', last);
  await bob.client.close();

  const fresh = await connectChat(t, { user: 'bob', server, password });
  const { messages, gaps } = await readBack(fresh, '@alice');
  t.deepEqual(messages.map(textOf), texts);
  t.is(gaps, 0);
  t.is((await fresh.client.conversations()).find(({ name }) => name === '@alice')?.unread, 0);
  const shown = fresh.events.filter((event) => event.type === 'message' && event.fresh);
  t.deepEqual(shown, [], 'what was read elsewhere is no news');

  // The same with a message on an older page hidden by the daemon.
  const liar = tamperedLogin(await signInAs(t, { user: 'bob', server, password }), {
    entry: (entry) =>
      entry.kind === 'note' && entry.from === 'alice' && parseDelivered(entry.bytes).header.seq === 20 ? [] : [entry],
  });
  const lied = await readBack(await startChat(t, liar), '@alice');
  t.is(lied.messages.length, COUNT - 1);
  // One gap in Alice's chain, and one more if a receipt of Bob's names that very message as the newest he saw.
  t.true(lied.gaps === 1 || lied.gaps === 2, `${lied.gaps} gaps`);

  // A daemon that says that there is nothing before, although there is.
  const silent = tamperedLogin(await signInAs(t, { user: 'bob', server, password }), {
    answer: (method, params, result) =>
      method === 'fetch' && (params as { newest: boolean }).newest
        ? { ...(result as object), entries: [], more: false }
        : result,
  });
  const cut = await readBack(await startChat(t, silent), '@alice');
  t.true(cut.messages.length < COUNT);
  t.true(cut.gaps > 0, 'what alice said before is missing, and that is seen');

  // Two readers at once, where the second answer comes later.
  const asked: unknown[] = [];
  const counted = tamperedLogin(await signInAs(t, { user: 'bob', server, password }), {
    ask: (method, params) => {
      if (method === 'fetch' && (params as { newest: boolean }).newest)
        asked.push((params as { before: number }).before);
    },
  });
  const { client } = await startChat(t, counted);
  const pages = await Promise.all([1, 2].map(() => client.history('@alice', { limit: COUNT })));
  for (const page of pages) t.deepEqual([page.messages.length, page.gaps], [COUNT, []]);
  // The number of pages depends on how many receipts Bob put into one note.
  t.true(asked.length > 0);
  t.deepEqual(asked, [...new Set(asked)], 'no page is fetched twice');
});

test.serial('messages trimmed while an older page is fetched leave no hole', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'bob');
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const bob = await connectChat(t, { user: 'bob', server, password, register, profile });
  for (const text of texts.slice(0, 60)) await alice.client.queue('@bob', text);
  await alice.message('m60', ({ state }) => state === 'delivered');
  const cache = await cacheOf(bob.signedIn);
  t.true((await cache.trim(50)) > 0);
  await bob.client.close();
  const again = await signInAs(t, { user: 'bob', server, profile });
  const other = await cacheOf(again);
  let trimmed = 0;
  const slow = tamperedLogin(again, {
    answer: async (method, params, result) => {
      if (method === 'fetch' && (params as { newest: boolean }).newest && trimmed === 0) trimmed = await other.trim(25);
      return result;
    },
  });
  const { messages, gaps } = await readBack(await startChat(t, slow), '@alice');
  t.true(trimmed > 0);
  t.deepEqual(messages.map(textOf), texts.slice(0, 60));
  t.is(gaps, 0);
});

test.serial('a trimmed cache keeps the newest messages, and the rest is fetched again', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'bob');
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const bob = await connectChat(t, { user: 'bob', server, password, register, profile });
  for (const text of texts.slice(0, 40)) await alice.client.queue('@bob', text);
  await alice.message('m40', ({ state }) => state === 'delivered');
  const cache = await cacheOf(bob.signedIn);
  t.is(await cache.trim(1000), 0);
  t.true((await cache.trim(20)) >= 20);
  const place = (await bob.signedIn.profile.db.all('SELECT * FROM coverage WHERE bottom > 0'))[0];
  t.truthy(place);
  const { messages, gaps } = await readBack(bob, '@alice');
  t.deepEqual(messages.map(textOf), texts.slice(0, 40));
  t.is(gaps, 0);
  t.true((await cache.trim(1_000_000, 5000)) > 0, 'bytes count, too');
});
