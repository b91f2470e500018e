import test from 'ava';
import { boundedNow, ClockNotice, clockWarning } from '../../../src/client/connection/clock-skew.ts';

const minute = 60_000;

test('a clock that is off by up to five minutes is not reported', (t) => {
  for (const skew of [0, 5 * minute, -5 * minute]) t.is(clockWarning(skew), null);
});

test('a larger skew is reported in a fitting unit, with its direction', (t) => {
  const said: [number, string][] = [
    [5 * minute + 1, '5 minutes ahead of'],
    [-90 * minute, '90 minutes behind'],
    [25 * 60 * minute, '25 hours ahead of'],
    [-95 * 24 * 60 * minute, '95 days behind'],
  ];
  for (const [skew, words] of said) t.is(clockWarning(skew), `this machine's clock is ${words} the daemon's`);
});

test('the skew is reported once, whatever a later login shows', (t) => {
  const warnings: string[] = [];
  const notice = new ClockNotice((text) => warnings.push(text));
  for (const skew of [0, 60 * minute, 0, -60 * minute]) notice.check(skew);
  t.is(warnings.length, 1);
  t.regex(warnings[0] ?? '', /60 minutes ahead of the daemon's; correct it/);
});

test('the time of a decision is that of this machine, and at most ten minutes after the daemon', (t) => {
  const daemon = 1_000 * minute;
  for (const skew of [0, 9 * minute, 10 * minute, -3_000 * minute])
    t.is(boundedNow(daemon + skew, skew), daemon + skew);
  t.is(boundedNow(daemon + 3_000 * minute, 3_000 * minute), daemon + 10 * minute);
});
