import test from 'ava';
import type { OperationName } from '../../../src/daemon/store/store.ts';
import { CommitQueue } from '../../../src/daemon/store-thread/commit-queue.ts';
import type { Batch, Call } from '../../../src/daemon/store-thread/group-commit.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

/** A queue whose batches the test carries out, and three people who ask. */
function setUp() {
  const sent: Call[][] = [];
  const queue = new CommitQueue((batch) => sent.push(batch), manualClock());
  const order: unknown[] = [];
  const turns: (() => void)[] = [];
  const paid = { alice: 0, bob: 0, mallory: 0 };
  const ask = (who: keyof typeof paid, what: unknown, name: OperationName = 'appendNote') => {
    const chargeMeasured = (ms: number) => {
      paid[who] += ms;
    };
    const asker = { key: who, chargeMeasured, turn: (action: () => void) => turns.push(action) };
    return queue.add({ name, params: what, now: 0 }, asker).then((result) => order.push(result));
  };
  /** Carries out the oldest batch, where each call returns its params. */
  const carryOut = async (took: Partial<Batch> = {}) => {
    const batch = sent.shift() ?? [];
    const outcomes = batch.map(({ params }) => ({ result: params }));
    await queue.settle({ outcomes, workMs: batch.length * 0.02, syncMs: 0.2, ...took });
    return batch;
  };
  return { queue, sent, order, turns, paid, ask, carryOut };
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a single call goes into the next batch, even beside a thousand calls of another account', async (t) => {
  const { sent, ask, carryOut } = setUp();
  for (let i = 0; i < 2_000; i++) void ask('mallory', i);
  await nextTurn();
  t.is(sent.length, 2, 'the thread never waits for a batch');
  const inFlight = sent.flat().length;
  void ask('alice', 'hers');
  await carryOut();
  await carryOut();
  t.true(inFlight < 1_000, `${inFlight} calls were ahead`);
  t.deepEqual(
    sent[0]?.map(({ params }) => params),
    ['hers'],
    'a batch of her own, which no other fills',
  );
  await carryOut();
  t.true((sent.at(-1)?.length ?? 0) > 50, 'and then what waited before');
});

test('the size of a batch follows the time of its work and of its sync', async (t) => {
  const { sent, ask, carryOut } = setUp();
  for (let i = 0; i < 30_000; i++) void ask('alice', i);
  await nextTurn();
  const last = () => sent.at(-1)?.length ?? 0;
  for (let i = 0; i < 20; i++) await carryOut({ workMs: (sent[0]?.length ?? 0) * 0.1 });
  t.true(last() >= 50 && last() <= 66, `${last()} calls of 0.1 ms`);
  for (let i = 0; i < 30; i++) await carryOut({ workMs: (sent[0]?.length ?? 0) * 10 });
  t.is(last(), 50, 'never fewer');
  for (let i = 0; i < 60; i++) await carryOut({ workMs: (sent[0]?.length ?? 0) * 0.1, syncMs: 20 });
  t.true(last() >= 180 && last() <= 220, `${last()} calls share a slow sync`);
});

test('writes are answered in commit order, a long answer waits for a turn, and each account pays for its calls', async (t) => {
  const { order, turns, paid, ask, carryOut, queue } = setUp();
  const all = [ask('mallory', 1), ask('mallory', 'long', 'fetch'), ask('alice', 2), ask('mallory', 3), ask('bob', 4)];
  await nextTurn();
  const batch = [...(await carryOut()), ...(await carryOut())];
  t.deepEqual(
    order,
    batch.map(({ params }) => params).filter((what) => what !== 'long'),
  );
  t.is(order.length, 4);
  for (const turn of turns) turn();
  await Promise.all(all);
  t.is(order.at(-1), 'long');
  t.true(paid.mallory > 10 * paid.alice && paid.alice > 0);
  await queue.idle();
});

test('calls made before and after the thread failed fail with its error', async (t) => {
  const { queue, ask } = setUp();
  const waiting = Array.from({ length: 1_500 }, (_, i) => ask('alice', i));
  await nextTurn();
  queue.fail(new Error('the disk is gone'));
  for (const one of await Promise.allSettled([...waiting, ask('bob', 1)])) t.is(one.status, 'rejected');
  await queue.idle();
});
