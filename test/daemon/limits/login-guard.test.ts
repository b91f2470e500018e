import test from 'ava';
import { FREE_ATTEMPTS, LoginGuard } from '../../../src/daemon/limits/login-guard.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

/** @returns the wait of each attempt in ms, null where it was refused */
function guessOften(guard: LoginGuard, times: number, name: string, address: string): (number | null)[] {
  return Array.from({ length: times }, () => guard.attempt(name, address));
}

test('a few wrong passwords cost nothing; after that each attempt waits longer', (t) => {
  const guard = new LoginGuard(manualClock());
  const waits = guessOften(guard, FREE_ATTEMPTS + 4, 'alice', '192.0.2.1');
  t.deepEqual(waits.slice(0, FREE_ATTEMPTS), Array(FREE_ATTEMPTS).fill(0));
  const later = waits.slice(FREE_ATTEMPTS).map((wait) => wait ?? Number.POSITIVE_INFINITY);
  t.true(later.every((wait, index) => wait > (later[index - 1] ?? 0)));
});

test('an address that guesses without pause gets few guesses, whatever names it tries', (t) => {
  const clock = manualClock();
  const guard = new LoginGuard(clock);
  let carriedOut = 0;
  for (let second = 0; second < 600; second += 1) {
    for (let i = 0; i < 10; i += 1) if (guard.attempt(`user${second % 50}`, '192.0.2.1') !== null) carriedOut += 1;
    clock.advance(1_000);
  }
  t.true(carriedOut < 150, `${carriedOut} of 6,000 in ten minutes`);
});

test('a stranger cannot lock out an account: a new address waits at most 2 s, a known one not at all', (t) => {
  const guard = new LoginGuard(manualClock());
  t.is(guard.attempt('alice', '198.51.100.7'), 0);
  guard.succeeded('alice', '198.51.100.7');
  for (let i = 0; i < 500; i += 1) guessOften(guard, 3, 'alice', `192.0.2.${i}`);
  t.is(guard.attempt('alice', '198.51.100.7'), 0);
  t.is(guard.attempt('alice', '203.0.113.9'), 2_000);
});

test("a known address is slowed down by guesses for its own name only, not by its neighbours' guesses", (t) => {
  const guard = new LoginGuard(manualClock());
  guard.attempt('alice', '198.51.100.7');
  guard.succeeded('alice', '198.51.100.7');
  guessOften(guard, 50, 'bob', '198.51.100.7');
  t.is(guard.attempt('alice', '198.51.100.7'), 0);
  t.true(guessOften(guard, 50, 'alice', '198.51.100.7').includes(null));
});

test('a successful login is not counted as an attempt', (t) => {
  const guard = new LoginGuard(manualClock());
  for (let i = 0; i < 100; i += 1) {
    t.is(guard.attempt('alice', '192.0.2.1'), 0);
    guard.succeeded('alice', '192.0.2.1');
  }
});

test('failed attempts are forgotten with time', (t) => {
  const clock = manualClock();
  const guard = new LoginGuard(clock);
  guessOften(guard, 30, 'alice', '192.0.2.1');
  clock.advance(3_600_000);
  t.is(guard.attempt('alice', '192.0.2.1'), 0);
});
