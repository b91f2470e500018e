import test from 'ava';
import { ClientError } from '../../../src/tui/client/errors.ts';
import { momentOf } from '../../../src/tui/commands/history.ts';

const now = Date.UTC(2026, 10, 23, 12);

test('--since takes a date, an instant or an age', (t) => {
  t.is(momentOf('90m', now), now - 90 * 60_000);
  t.is(momentOf('12h', now), Date.UTC(2026, 10, 23));
  t.is(momentOf('7d', now), Date.UTC(2026, 10, 16, 12));
  t.is(momentOf('2026-11-23T11:00:00Z', now), Date.UTC(2026, 10, 23, 11));
  t.is(momentOf('2026-11-01', now), Date.UTC(2026, 10, 1));
});

test('anything else is a usage error', (t) => {
  for (const bad of ['', 'yesterday', '5', '-1d', '2026-13-45', '1e9d'])
    t.throws(() => momentOf(bad, now), { instanceOf: ClientError, code: 'usage' }, bad);
});
