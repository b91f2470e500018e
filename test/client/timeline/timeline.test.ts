import test, { type ExecutionContext } from 'ava';
import { Cache, type CachedEntry } from '../../../src/client/cache/cache.ts';
import type { ClientContext } from '../../../src/client/login/client-context.ts';
import type { ConversationRef } from '../../../src/client/notes/conversation-ref.ts';
import type { OutboxStore } from '../../../src/client/outbox/outbox-store.ts';
import type { Rooms } from '../../../src/client/rooms/rooms.ts';
import { EntryProcessor } from '../../../src/client/timeline/entry-processor.ts';
import { Timeline } from '../../../src/client/timeline/timeline.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { openProfile } from '../../helpers/client/profile.ts';

const id = new Uint8Array(32).fill(5);
const ref: ConversationRef = {
  kind: 'private',
  id,
  key: hex(id),
  name: '@bob',
  with: 'bob',
  peer: 'b'.repeat(64),
  seqOffset: 0,
};
const account = 'a';

function text(seq: number): CachedEntry {
  const body = { from: 'bob', sentAt: seq, late: false, hash: id, content: { kind: 'text', text: `${seq}` } } as const;
  const chain = { device: 1, deviceSeq: seq, tag: `t${seq}`, prev: `t${seq - 1}` };
  const whose = { author: 'b'.repeat(64), id: `${seq}`, claimedName: null, epoch: null };
  return { seq, at: seq, ...whose, ...chain, shown: true, gap: null, body, rawBytes: null };
}

/** A conversation known up to `top` (0: never seen), and a list of the new places each time its listener was called. */
async function open(t: ExecutionContext, top = 5, isLookedAt = true, loginAt = Number.MAX_SAFE_INTEGER) {
  const profile = await openProfile(t);
  const cache = await Cache.open(profile, account);
  const connection = { request: async () => ({ entries: [], more: false }), welcome: { at: loginAt } };
  const keyring = { me: { idFp: new Uint8Array(32) } };
  const context = { profile, account, keyring, connection } as unknown as ClientContext;
  const announced: number[][] = [];
  const intake = new EntryProcessor(context, cache, {} as Rooms, {} as OutboxStore);
  const timeline = new Timeline(
    ref,
    context,
    cache,
    intake,
    { used: 0 },
    {
      failed: (_place, error) => t.fail(String(error)),
      processed: async (_place, { fresh }) => void announced.push(fresh.map(({ seq }) => seq)),
    },
  );
  if (top > 0)
    await profile.db.run('INSERT INTO coverage (account, conversation, bottom, top) VALUES (?, ?, 0, ?)', [
      account,
      ref.key,
      top,
    ]);
  if (isLookedAt) await timeline.catchUp(top, 0);
  /** Stores these places as another program of the profile would. */
  const elsewhere = async (seqs: number[]) => {
    const top = seqs.at(-1) ?? 0;
    await profile.db.transaction([
      ...seqs.map((seq) => cache.entryStatement(ref.key, text(seq))),
      { sql: 'UPDATE coverage SET top = ?', params: [top] },
    ]);
    return top;
  };
  return { timeline, announced, elsewhere, cache };
}

test('entries stored by another program of the profile are announced page by page, each once', async (t) => {
  const { timeline, announced, elsewhere } = await open(t);
  t.deepEqual(announced, []);
  const seqs = Array.from({ length: 450 }, (_, i) => 6 + 2 * i);
  await timeline.catchUp(await elsewhere(seqs), 0);
  t.deepEqual(
    announced.map((page) => page.length),
    [200, 200, 50],
  );
  t.deepEqual(announced.flat(), seqs);
  const [more, last] = [Array.from({ length: 200 }, (_, i) => 1000 + i), [1200]];
  await timeline.catchUp(await elsewhere(more), 0);
  await timeline.catchUp(await elsewhere(last), 0);
  t.deepEqual(announced.flat(), [...seqs, ...more, ...last]);
});

test('the starting place stays, also of a conversation never seen: nothing is announced twice', async (t) => {
  for (const top of [5, 0]) {
    const { timeline, announced, elsewhere } = await open(t, top);
    const end = await elsewhere([top + 1, top + 2]);
    await timeline.catchUp(end, 0);
    t.deepEqual(announced, [[top + 1, top + 2]]);
    t.is(timeline.startSeq, top);
  }
});

test('an entry of an event before the first look is announced, even if another program stored it', async (t) => {
  const { timeline, announced, elsewhere } = await open(t, 5, false);
  await elsewhere([6, 7, 8]);
  timeline.expect(7, 8);
  timeline.expect(8, 8);
  await timeline.idle();
  t.deepEqual(announced, [[7, 8]]);
  t.is(timeline.startSeq, 6, 'earlier entries are announced as missed');
});

test('entries since the login are announced even if another program has stored and read them', async (t) => {
  const { timeline, announced, elsewhere } = await open(t, 5, false, 5);
  await elsewhere([6, 7]);
  await timeline.catchUp(7, 7);
  t.deepEqual(
    [5, 6].map((seq) => timeline.isNews({ seq, at: seq })),
    [false, true],
  );
  t.deepEqual(announced, [[6, 7]]);
  t.is(timeline.startSeq, 5);
});

test('an entry that arrives while the loop ends is not lost', async (t) => {
  const { timeline, announced, elsewhere, cache } = await open(t);
  const coverage = cache.coverage.bind(cache);
  for (let steps = 1; steps <= 12; steps++) {
    const seq = 5 + steps;
    await elsewhere([seq]);
    // The loop sees the conversation as it was before, and hears of the new entry so many microtasks later.
    cache.coverage = async () => {
      cache.coverage = coverage;
      void (async () => {
        for (let step = 0; step < steps; step++) await null;
        timeline.expect(seq, seq);
      })();
      return { bottom: 0, top: seq - 1, read: 0, notified: 0 };
    };
    await timeline.catchUp(seq - 1, 0);
    await new Promise((done) => setImmediate(done));
    await timeline.idle();
    t.deepEqual(announced.flat().at(-1), seq, `after ${steps} microtasks`);
  }
});
