import test from 'ava';
import { ThrottledWarnings } from '../../../src/daemon/logging/throttled-warnings.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

test('a warning is logged at once, then at most once a minute with a count', (t) => {
  const clock = manualClock();
  const lines: unknown[] = [];
  const log = { warn: ({ evt, count }: { evt: string; count: number }) => lines.push([evt, count]) };
  const warnings = new ThrottledWarnings({ clock, log: log as never });
  for (let n = 0; n < 3; n++) warnings.warn('full', '/d', 'full');
  warnings.warn('other', '/d', 'other');
  t.deepEqual(lines, [
    ['full', 1],
    ['other', 1],
  ]);
  clock.advance(60_000);
  t.is(lines.length, 2, 'nothing is due any more');
  warnings.warn('full', '/d', 'full');
  t.deepEqual(lines.at(-1), ['full', 3]);
});
