import test from 'ava';
import { TransferProgress } from '../../../src/client/transfers/transfer-progress.ts';
import type { TransferState } from '../../../src/client/types.ts';
import { systemClock } from '../../../src/platform/clock.ts';

function tracked(size = 1_000_000) {
  const reports: TransferState[] = [];
  const time = { now: 0 };
  const clock = { ...systemClock, monotonic: () => time.now };
  const about = { id: 'ab', author: 'alice', direction: 'up', name: 'a', conversation: '@bob', size } as const;
  return { progress: new TransferProgress(clock, about, (state) => reports.push(state)), reports, time };
}

test('the rate is that of the last seconds', (t) => {
  const { progress, reports, time } = tracked();
  for (let step = 1; step <= 40; step++) {
    time.now = step * 200;
    // 1,000 bytes a second for four seconds, then ten times as many.
    progress.reach(step <= 20 ? step * 200 : 4000 + (step - 20) * 2000);
  }
  t.is(reports.find((state) => state.done === 2000)?.rate, 1000);
  t.is(reports.at(-1)?.rate, 10_000);
});

test('progress is reported at most ten times a second, and always at the end', (t) => {
  const { progress, reports, time } = tracked();
  for (let step = 1; step <= 1000; step++) {
    time.now = step;
    progress.reach(step);
  }
  t.true(reports.length <= 11);
  progress.end('done', '/tmp/a');
  t.like(reports.at(-1), { state: 'done', done: 1_000_000, rate: 0, note: '/tmp/a' });
});

test('bytes from before a resume do not count as speed', (t) => {
  const { progress, reports, time } = tracked();
  progress.begin(500_000);
  time.now = 1000;
  progress.reach(501_000);
  t.is(reports.at(-1)?.rate, 1000);
  progress.end('failed', 'the disk is full');
  t.like(reports.at(-1), { state: 'failed', done: 501_000, rate: 0, note: 'the disk is full' });
});
