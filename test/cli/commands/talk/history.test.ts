import test from 'ava';
import { parseSince } from '../../../../src/cli/commands/talk/history.ts';
import { ClientError } from '../../../../src/client/errors.ts';

const now = Date.UTC(2026, 10, 23, 12);

test('--since takes a date, a date with a time, or an age', (t) => {
  t.is(parseSince('90m', now), now - 90 * 60_000);
  t.is(parseSince('12h', now), Date.UTC(2026, 10, 23));
  t.is(parseSince('7d', now), Date.UTC(2026, 10, 16, 12));
  t.is(parseSince('2026-11-23T11:00:00Z', now), Date.UTC(2026, 10, 23, 11));
  t.is(parseSince('2026-11-01', now), Date.UTC(2026, 10, 1));
});

test('any other --since is a usage error', (t) => {
  for (const bad of [
    '',
    'yesterday',
    '5',
    '-1d',
    '2026-13-45',
    '1e9d',
    '9999999d',
    '2026-11-23T24:61',
    '2026-11-23T24:00',
    '2026-11-23 x',
  ])
    t.throws(() => parseSince(bad, now), { instanceOf: ClientError, code: 'usage' }, bad);
});

test('--since takes only days that exist', (t) => {
  for (const bad of ['2026-02-30', '2026-13-01', '2026-00-10', '2026-02-29', '2026-04-31', '1900-02-29', '2026-01-00'])
    t.throws(() => parseSince(bad, now), { code: 'usage', message: /no such day/ }, bad);
  t.is(parseSince('2024-02-29', now), Date.UTC(2024, 1, 29));
  t.is(parseSince('2000-02-29T23:59:59.5+14:00', now), Date.UTC(2000, 1, 29, 9, 59, 59, 500));
  t.is(parseSince('999999d', now), 0, 'from the beginning');
});
