import test from 'ava';
import { WorkQueue } from '../../../src/daemon/files/work-queue.ts';

/** A queue whose work ends when the test calls `endOne`. */
function setUp() {
  const line = new WorkQueue();
  const order: string[] = [];
  const letGo: (() => void)[] = [];
  const ask = (key: string) =>
    line.run(key, () => {
      order.push(key);
      return new Promise<void>((resolve) => letGo.push(resolve));
    });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const endOne = async () => {
    await settled();
    letGo.shift()?.();
    await settled();
  };
  return { line, order, letGo, ask, endOne };
}

test('work runs one piece at a time, and each key takes turns', async (t) => {
  const { order, letGo, ask, endOne } = setUp();
  const all = [ask('mallory'), ask('mallory'), ask('mallory'), ask('bob')];
  await endOne();
  t.is(letGo.length, 1);
  await endOne();
  t.deepEqual(order, ['mallory', 'bob', 'mallory']);
  t.is(letGo.length, 1);
  await endOne();
  await endOne();
  await Promise.all(all);
  t.deepEqual(order, ['mallory', 'bob', 'mallory', 'mallory']);
});

test('a failure is thrown to its own caller, and the next work runs, also after the queue was empty', async (t) => {
  const { line, order, ask, endOne } = setUp();
  const failing = line.run('mallory', async () => {
    throw new Error('EIO');
  });
  const failingAtOnce = line.run('carol', () => {
    throw new Error('EBADF');
  });
  const next = ask('bob');
  await t.throwsAsync(failing, { message: 'EIO' });
  await t.throwsAsync(failingAtOnce, { message: 'EBADF' });
  await endOne();
  await next;
  const later = ask('bob');
  await endOne();
  await later;
  t.deepEqual(order, ['bob', 'bob']);
});
