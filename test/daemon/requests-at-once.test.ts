import test from 'ava';
import { figures } from '../../src/daemon/limits.ts';
import { afterLogin } from '../../src/daemon/requests/index.ts';
import { encodeRequest } from '../../src/protocol/messages.ts';
import { hash, openQueue, settle } from '../helpers/request-queue.ts';

test('requests run together, up to a limit, and start in order', async (t) => {
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
  const count = figures.requestsAtOnce + 5;
  for (let seq = 1; seq <= count; seq += 1) queue.take(encodeRequest(seq, 'read', { conversation: hash, seq }));
  await settle();
  t.is(started.length, figures.requestsAtOnce);
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

test('while others are at work few requests of one client run together, and more when those have gone', async (t) => {
  const go: (() => void)[] = [];
  const { queue, context, clock } = openQueue({
    read: { allowed: afterLogin, handler: () => new Promise((resolve) => go.push(() => resolve({}))) },
  });
  const bob = openQueue({ ping: { allowed: afterLogin, handler: async () => ({ at: 1 }) } }, 'bob', context);
  const { requestsAtOnce, requestsBesideOthers, requestsWaiting } = figures;
  bob.queue.take(encodeRequest(1, 'ping', {}));
  await settle();
  for (let seq = 1; seq <= requestsWaiting; seq += 1) {
    queue.take(encodeRequest(seq, 'read', { conversation: hash, seq }));
    await settle();
  }
  t.is(go.length, requestsBesideOthers);
  const budget = context.limits.budgetOf('alice', '');
  t.is(budget.underWay, requestsBesideOthers);
  clock.advance(1_000);
  go[0]?.();
  for (let turn = 0; turn < requestsAtOnce; turn += 1) await settle();
  t.is(go.length, requestsAtOnce + 1);
  for (let done = 1; done < requestsWaiting; done += 1) {
    go[done]?.();
    await settle();
  }
  t.is(budget.underWay, 0);
});
