import test from 'ava';
import { parseDuration, parseSize } from '../../../src/daemon/config/units.ts';

test('sizes are read with their units', (t) => {
  t.deepEqual(['1', '500M', '2GiB', '1.5k', '1 TB', '7B'].map(parseSize), [
    1,
    500 * 1024 ** 2,
    2 * 1024 ** 3,
    1536,
    1024 ** 4,
    7,
  ]);
  t.deepEqual(['', '0', '-1', 'big', '1X', '1e3', '99999999T', 'NaN'].map(parseSize), Array(8).fill(null));
});

test('durations are read with their units', (t) => {
  t.deepEqual(
    ['12h', '90d', '4w', '1y'].map(parseDuration),
    [43_200_000, 7_776_000_000, 2_419_200_000, 31_536_000_000],
  );
  t.deepEqual(['', '0d', '1', '1.5d', '-1d', '5m', 'd'].map(parseDuration), Array(7).fill(null));
});
