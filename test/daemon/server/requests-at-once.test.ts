import test from 'ava';
import { limitValues } from '../../../src/daemon/limits/limits.ts';
import { afterLogin, type RequestTable } from '../../../src/daemon/requests/index.ts';
import { encodeRequest } from '../../../src/protocol/wire/codec.ts';
import { hash, openQueue, settle } from '../../helpers/daemon/request-queue.ts';

test('requests run together up to a limit and start in order', async (t) => {
  const started: number[] = [];
  const go: (() => void)[] = [];
  const { queue, sent } = openQueue({
    read: {
      allowed: afterLogin,
      handler: (_, __, { seq }) => {
        started.push(seq);
        return new Promise((resolve) => go.push(() => resolve({})));
      },
    },
  });
  const count = limitValues.requestsAtOnce + 5;
  for (let seq = 1; seq <= count; seq += 1) queue.take(encodeRequest(seq, 'read', { conversation: hash, seq }));
  await settle();
  t.is(started.length, limitValues.requestsAtOnce);
  for (let i = 0; i < count; i += 1) {
    go[i]?.();
    await settle();
  }
  t.deepEqual(
    started,
    Array.from({ length: count }, (_, i) => i + 1),
  );
  t.is(sent.length, count);
});

test('few requests of each client run together while many of all clients do, and more afterwards', async (t) => {
  const go: (() => void)[] = [];
  const rows: Partial<RequestTable> = {
    read: { allowed: afterLogin, handler: () => new Promise((resolve) => go.push(() => resolve({}))) },
  };
  const { requestsAtOnce, requestsBesideMany, requestsOfAll, requestsWaiting } = limitValues;
  const { queue, context } = openQueue(rows);
  const ask = async (one: typeof queue) => {
    const before = go.length;
    for (let seq = 1; seq <= requestsWaiting; seq += 1)
      one.take(encodeRequest(seq, 'read', { conversation: hash, seq }));
    for (let turn = 0; turn < requestsAtOnce; turn += 1) await settle();
    return go.length - before;
  };
  for (let count = 0; count < requestsOfAll; count += requestsAtOnce) {
    t.is(await ask(openQueue(rows, `m${count}`, context).queue), requestsAtOnce);
  }
  t.is(await ask(queue), requestsBesideMany);
  const budget = context.limits.budgetOf('alice', '');
  t.is(budget.inFlight, requestsBesideMany);
  for (let done = 0; budget.inFlight < requestsAtOnce && done < go.length; done += 1) {
    go[done]?.();
    await settle();
  }
  t.is(budget.inFlight, requestsAtOnce);
  for (let done = 0; done < go.length; done += 1) {
    go[done]?.();
    await settle();
  }
  t.deepEqual([budget.inFlight, context.limits.inFlight], [0, 0]);
});
