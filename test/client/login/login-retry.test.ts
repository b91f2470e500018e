import test from 'ava';
import { LoginRetry } from '../../../src/client/login/login-retry.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { until } from '../../helpers/until.ts';

const full = () => Promise.reject(new Refusal('disk-full', 'the disk is full'));

test('a wait is ended by the person if they can be told, and by the timeout otherwise', async (t) => {
  for (const isTold of [true, false]) {
    const clock = manualClock();
    let tries = 0;
    let giveUp = () => {};
    const waiting = (_: string, end: () => void) => {
      giveUp = end;
    };
    const ask = isTold ? { waiting } : {};
    const retry = new LoginRetry({ ask, timeoutMs: 10_000, clock, random: systemRandom });
    const outcome = retry.run(() => {
      tries++;
      return full();
    });
    outcome.catch(() => {});
    for (const end = isTold ? 60_000 : 10_000; clock.monotonic() < end; ) {
      await until(() => clock.pending().length > 0);
      clock.advance(clock.pending()[0] ?? 0);
    }
    t.true(tries >= 3);
    if (isTold) {
      await until(() => clock.pending().length > 0);
      giveUp();
    }
    await t.throwsAsync(outcome, { message: 'the disk is full' });
    t.is(clock.pending().length, 0);
  }
});
