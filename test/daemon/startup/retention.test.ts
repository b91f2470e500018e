import test from 'ava';
import { pino } from 'pino';
import { startRetention } from '../../../src/daemon/startup/retention.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

type Dropped = { dropped: number; next: number | null };

const settle = () => new Promise((resolve) => setImmediate(resolve));

function open(retention: number | null, answers: (Partial<Dropped> | Error)[]) {
  const clock = manualClock();
  const asked: { before: number; from: number }[] = [];
  const store = {
    async dropOlder(span: { before: number; from: number }) {
      asked.push(span);
      const answer = answers.shift() ?? {};
      if (answer instanceof Error) throw answer;
      return { dropped: 0, next: null, ...answer };
    },
  };
  const config = { retention };
  const removed = { times: 0 };
  const files = {
    async removeDoomedFiles() {
      removed.times += 1;
    },
  };
  const end = startRetention({ config, store, files, clock, log: pino({ level: 'silent' }) });
  return { clock, asked, removed, config, end };
}

test('retention goes through all stretches, then again in an hour', async (t) => {
  const { clock, asked, removed } = open(1000, [{ dropped: 5, next: 7 }, {}]);
  const before = clock.now() - 1000;
  await settle();
  clock.advance(1_000);
  await settle();
  t.deepEqual(
    asked.map(({ from }) => from),
    [0, 7],
  );
  t.is(asked[0]?.before, before);
  t.is(removed.times, 2);
  clock.advance(3_600_000);
  await settle();
  t.deepEqual(
    asked.map(({ from }) => from),
    [0, 7, 0],
  );
});

test('everything is kept while no retention is set', async (t) => {
  const { clock, asked, config } = open(null, []);
  clock.advance(7_200_000);
  await settle();
  t.deepEqual(asked, []);
  config.retention = 1000;
  clock.advance(3_600_000);
  await settle();
  t.is(asked.length, 1);
});

test('an error does not end retention; end() does', async (t) => {
  const { clock, asked, end } = open(1000, [new Error('disk')]);
  await settle();
  clock.advance(3_600_000);
  await settle();
  t.is(asked.length, 2);
  end();
  clock.advance(36_000_000);
  await settle();
  t.is(asked.length, 2);
});
