import test from 'ava';
import fc from 'fast-check';
import { Budget, Budgets } from '../../../src/daemon/limits/budgets.ts';
import type { EventLoop } from '../../../src/daemon/limits/event-loop.ts';
import { FairScheduler } from '../../../src/daemon/limits/fair-scheduler.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const rate = { burst: 100, perSecond: 10 };

/** A scheduler on an event loop that the test turns. */
function setUp() {
  const clock = manualClock();
  const next: (() => void)[] = [];
  const pace: EventLoop = { defer: (action) => next.push(action), settled: () => Promise.resolve(), flush: () => {} };
  const turns = new FairScheduler(clock, pace);
  const order: string[] = [];
  const ask = (budget: Budget, ms: number, charged = 0, cost = 0) =>
    turns.schedule(
      budget,
      () => {
        order.push(budget.key);
        clock.advance(ms);
        budget.charge(charged);
      },
      cost,
    );
  /** Asks for another turn of 1 ms in each turn, like a busy client. */
  const askOften = (budget: Budget, times: number) =>
    turns.schedule(budget, () => {
      order.push(budget.key);
      if (times > 1) askOften(budget, times - 1);
      clock.advance(1);
    });
  const turnOfLoop = async () => {
    next.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const all = async () => {
    while (next.length > 0) await turnOfLoop();
  };
  return { clock, order, ask, askOften, turnOfLoop, all, of: (key: string) => new Budget(key, clock, rate) };
}

test('a newcomer beside fifty busy clients gets the next turn after the running slice', async (t) => {
  const { order, ask, askOften, turnOfLoop, all, of } = setUp();
  for (let i = 0; i < 50; i++) askOften(of(`h${i}`), 20);
  for (let i = 0; i < 100; i++) await turnOfLoop();
  const before = order.length;
  ask(of('alice'), 1);
  await turnOfLoop();
  t.is(order[before], 'alice');
  await all();
  t.is(order.length, 50 * 20 + 1);
});

test('a client that rests between requests goes before fifty that never rest, even if each of them got less time', async (t) => {
  const { clock, order, ask, askOften, turnOfLoop, of } = setUp();
  for (let i = 0; i < 50; i++) askOften(of(`h${i}`), 1_000);
  for (let i = 0; i < 100; i++) await turnOfLoop();
  const alice = of('alice');
  for (let round = 0; round < 50; round++) {
    clock.advance(1);
    const before = order.length;
    ask(alice, 2);
    await turnOfLoop();
    t.is(order[before], 'alice', `${round}`);
    await turnOfLoop();
  }
  const most = Math.max(...Array.from({ length: 50 }, (_, i) => order.filter((one) => one === `h${i}`).length));
  t.true(most < 50 * 2, `${most} ms, where she got 2 ms in each of 50 rounds`);
});

test('a client with one request in flight goes before fifty with several in flight', async (t) => {
  const { clock, order, ask, all, turnOfLoop, of } = setUp();
  const many = Array.from({ length: 50 }, (_, i) => of(`h${i}`));
  for (const each of many) each.inFlight = 8;
  const alice = of('alice');
  alice.inFlight = 1;
  for (let round = 0; round < 20; round++) {
    for (const each of many) ask(each, 1);
    ask(alice, 1);
    const before = order.length;
    await turnOfLoop();
    t.is(order[before], 'alice', `${round}`);
    await all();
    clock.advance(5);
  }
});

test('among many resting clients the first to come is next, and cheap work goes before expensive work', async (t) => {
  const { clock, order, ask, turnOfLoop, of } = setUp();
  const people = Array.from({ length: 50 }, (_, i) => of(`p${i}`));
  for (const each of people) ask(each, 0, 0, 1);
  const alice = of('alice');
  ask(alice, 0);
  await turnOfLoop();
  t.is(order[0], 'alice');
  // Her next work costs as much as theirs, and each of them asks again as soon as it was served.
  ask(alice, 0, 0, 1);
  for (let turn = 0; turn < 60; turn++) {
    const before = order.length;
    clock.advance(2);
    await turnOfLoop();
    for (const name of order.slice(before)) if (name !== 'alice') ask(people[Number(name.slice(1))] ?? alice, 0, 0, 1);
  }
  t.is(order.filter((one) => one === 'alice').length, 2, 'the others do not pass her for ever');
});

test('a pause that nobody is charged for puts no newcomer behind the busy clients', async (t) => {
  const { order, ask, turnOfLoop, of } = setUp();
  const busy = of('busy');
  ask(busy, 100);
  for (let i = 0; i < 100; i++) ask(busy, 1);
  for (let i = 0; i < 5; i++) await turnOfLoop();
  ask(of('alice'), 1);
  await turnOfLoop();
  t.true(order.slice(-2).includes('alice'), 'in this slice');
});

test('two clients get the same time, whatever the size of their pieces of work', async (t) => {
  const { order, ask, turnOfLoop, of } = setUp();
  const [small, large] = [of('small'), of('large')];
  for (let i = 0; i < 400; i++) ask(small, 1);
  for (let i = 0; i < 200; i++) ask(large, 2);
  while (order.length < 200) await turnOfLoop();
  const ms = (key: string, each: number) => order.filter((one) => one === key).length * each;
  t.true(Math.abs(ms('small', 1) - ms('large', 2)) <= 4);
});

test('a turn that throws stops no other turn, and its error is not lost', async (t) => {
  const clock = manualClock();
  const next: (() => void)[] = [];
  const pace: EventLoop = { defer: (action) => next.push(action), settled: () => Promise.resolve(), flush: () => {} };
  const turns = new FairScheduler(clock, pace);
  const order: string[] = [];
  const budget = new Budget('a', clock, rate);
  turns.schedule(budget, () => {
    throw new Error('a bug');
  });
  turns.schedule(budget, () => order.push('second'));
  next.shift()?.();
  await new Promise((resolve) => setImmediate(resolve));
  t.throws(() => next.shift()?.(), { message: 'a bug' });
  turns.schedule(budget, () => order.push('third'));
  next.shift()?.();
  await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(order, ['second', 'third']);
});

test('a slice ends when its time is over', async (t) => {
  const { order, ask, turnOfLoop, of } = setUp();
  const alice = of('alice');
  for (let i = 0; i < 10; i++) ask(alice, 1);
  await turnOfLoop();
  t.is(order.length, 2);
});

test('charged time counts for the slice like measured time', async (t) => {
  const { order, ask, turnOfLoop, of } = setUp();
  const alice = of('alice');
  for (let i = 0; i < 10; i++) ask(alice, 0, 1);
  await turnOfLoop();
  t.is(order.length, 2);
});

test('a client that was quiet is ahead by a little, not by all the time it left unused', async (t) => {
  const { order, ask, all, of } = setUp();
  const [busy, quiet] = [of('busy'), of('quiet')];
  for (let i = 0; i < 1_000; i++) ask(busy, 1);
  await all();
  order.length = 0;
  for (let i = 0; i < 100; i++) ask(quiet, 1);
  for (let i = 0; i < 100; i++) ask(busy, 1);
  await all();
  t.true(order.indexOf('busy') <= 4, `${order.indexOf('busy')} turns later`);
});

test('a budget is spent, may be overdrawn by the work in flight, and refills at its rate', (t) => {
  const clock = manualClock();
  const budget = new Budget('a', clock, rate);
  t.is(budget.waitMs(), 0);
  budget.charge(120);
  t.is(budget.waitMs(), 2_100);
  clock.advance(2_100);
  t.is(budget.waitMs(), 0);
});

test('a budget never gives more than the burst, the rate and one overdraft', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ max: 500 }), fc.integer({ max: 50 })), { maxLength: 100 }), (steps) => {
      const clock = manualClock();
      const budget = new Budget('a', clock, rate);
      let used = 0;
      for (const [pause, cost] of steps.map(([a, b]) => [Math.abs(a), Math.abs(b) % 50] as const)) {
        clock.advance(pause);
        if (budget.waitMs() > 0) continue;
        budget.charge(cost);
        used += cost;
      }
      return used <= rate.burst + (clock.monotonic() / 1000) * rate.perSecond + 50;
    }),
    { seed: 7 },
  );
  t.pass();
});

test('all sessions of a key share one budget; with too many keys the oldest is forgotten', (t) => {
  const budgets = new Budgets(manualClock(), rate, 2);
  const a = budgets.of('a');
  t.is(budgets.of('a'), a);
  budgets.of('b');
  budgets.of('a');
  budgets.of('c');
  t.is(budgets.of('a'), a);
});
