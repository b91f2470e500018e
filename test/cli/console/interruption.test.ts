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

test('work that ends by itself gives its result', async (t) => {
  const { interruption } = watched();
  t.is(await interruption.untilInterrupted(Promise.resolve(7)), 7);
});

test('a signal ends the wait with the status a shell expects, a second one at once', async (t) => {
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

test('when nothing needs to be put in order the program ends at once', (t) => {
  const { signals, exits } = watched();
  signals.emit('SIGTERM');
  t.deepEqual(exits, [143]);
});

test('who heeds Ctrl+C gets it, and a program that is told to end ends all the same', async (t) => {
  const { interruption, signals, exits } = watched();
  const waiting = interruption.untilInterrupted(new Promise(() => {}));
  let heard = 0;
  const unheed = interruption.on(() => heard++);
  signals.emit('SIGINT');
  signals.emit('SIGINT');
  t.is(heard, 2);
  unheed();
  signals.emit('SIGINT');
  t.is((await t.throwsAsync(waiting, { instanceOf: Interrupted }))?.status, 130);
  interruption.on(() => heard++);
  signals.emit('SIGTERM');
  t.deepEqual([heard, exits], [2, [143]]);
});
