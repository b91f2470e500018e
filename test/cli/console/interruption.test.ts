import { EventEmitter } from 'node:events';
import test from 'ava';
import { Interrupted, Interruption } from '../../../src/cli/console/interruption.ts';

function watched(): { interruption: Interruption; signals: EventEmitter; exits: number[] } {
  const exits: number[] = [];
  const signals = Object.assign(new EventEmitter(), { exit: (status: number) => exits.push(status) });
  const interruption = new Interruption();
  interruption.watch(signals as unknown as NodeJS.Process);
  return { interruption, signals, exits };
}

test('without a signal, untilInterrupted gives the result of the work', async (t) => {
  const { interruption } = watched();
  t.is(await interruption.untilInterrupted(Promise.resolve(7)), 7);
});

test('the first signal rejects with exit status 128 + n, the second exits at once', async (t) => {
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    const { interruption, signals, exits } = watched();
    const waiting = interruption.untilInterrupted(new Promise(() => {}));
    signals.emit(signal);
    const error = await t.throwsAsync(waiting, { instanceOf: Interrupted });
    t.is(error?.status, status);
    await t.throwsAsync(interruption.untilInterrupted(Promise.resolve()), { instanceOf: Interrupted });
    t.deepEqual(exits, []);
    signals.emit(signal);
    t.deepEqual(exits, [status]);
  }
});

test('without work in progress, a signal exits at once', (t) => {
  const { signals, exits } = watched();
  signals.emit('SIGTERM');
  t.deepEqual(exits, [143]);
});

test('a listener gets Ctrl+C; SIGTERM still ends the program', async (t) => {
  const { interruption, signals, exits } = watched();
  const waiting = interruption.untilInterrupted(new Promise(() => {}));
  let calls = 0;
  const off = interruption.on(() => calls++);
  signals.emit('SIGINT');
  signals.emit('SIGINT');
  t.is(calls, 2);
  off();
  signals.emit('SIGINT');
  t.is((await t.throwsAsync(waiting, { instanceOf: Interrupted }))?.status, 130);
  interruption.on(() => calls++);
  signals.emit('SIGTERM');
  t.deepEqual([calls, exits], [2, [143]]);
});
