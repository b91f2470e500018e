import test from 'ava';
import fc from 'fast-check';
import { TokenBuckets } from '../../../src/daemon/limits/token-buckets.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

test('a bucket allows a burst, then its rate', (t) => {
  const clock = manualClock();
  const buckets = new TokenBuckets(clock, { burst: 3, perSecond: 2 });
  t.deepEqual(
    [1, 2, 3, 4].map(() => buckets.take('a')),
    [true, true, true, false],
  );
  t.is(buckets.takeOrWait('a'), 500);
  clock.advance(499);
  t.false(buckets.take('a'));
  clock.advance(1);
  t.true(buckets.take('a'));
});

test('keys do not share a bucket', (t) => {
  const buckets = new TokenBuckets(manualClock(), { burst: 1, perSecond: 1 });
  t.true(buckets.take('a'));
  t.true(buckets.take('b'));
  t.false(buckets.take('a'));
});

test('reserve gives one turn after the other, and none beyond the longest wait', (t) => {
  const buckets = new TokenBuckets(manualClock(), { burst: 1, perSecond: 10 });
  t.deepEqual(
    [1, 2, 3, 4].map(() => buckets.reserve('a', 250)),
    [0, 100, 200, null],
  );
});

test('a returned token can be taken again, and the burst is never exceeded', (t) => {
  const buckets = new TokenBuckets(manualClock(), { burst: 2, perSecond: 1 });
  buckets.giveBack('a');
  t.deepEqual(
    [1, 2, 3].map(() => buckets.take('a')),
    [true, true, false],
  );
  buckets.giveBack('a');
  t.true(buckets.take('a'));
});

test('memory is bounded: the least recently used key is dropped', (t) => {
  const buckets = new TokenBuckets(manualClock(), { burst: 1, perSecond: 1 }, 2);
  buckets.take('a');
  buckets.take('b');
  buckets.take('a');
  buckets.take('c');
  t.is(buckets.size, 2);
  t.false(buckets.take('a'), 'still remembered');
});

test('a bucket never gives more than the burst and the rate together', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }),
      (burst, perSecond, pauses) => {
        const clock = manualClock();
        const buckets = new TokenBuckets(clock, { burst, perSecond });
        const from = clock.now();
        const taken = pauses.filter((pause) => {
          clock.advance(pause);
          return buckets.take('a');
        }).length;
        return taken <= burst + ((clock.now() - from) / 1000) * perSecond + 1e-6;
      },
    ),
  );
  t.pass();
});
