import test from 'ava';
import { Mutex } from '../../../src/protocol/base/mutex.ts';

test('work begins only after all earlier work has ended', async (t) => {
  const turns = new Mutex();
  const steps: string[] = [];
  const gate = Promise.withResolvers<void>();
  const slow = turns.run(async () => {
    steps.push('slow begins');
    await gate.promise;
    steps.push('slow ends');
    return 1;
  });
  const quick = turns.run(async () => {
    steps.push('quick');
    return 2;
  });
  await Promise.resolve();
  gate.resolve();
  t.deepEqual(await Promise.all([quick, slow]), [2, 1]);
  t.deepEqual(steps, ['slow begins', 'slow ends', 'quick']);
});

test('a failure is thrown to its own caller only', async (t) => {
  const turns = new Mutex();
  const bad = turns.run(async () => {
    throw new Error('no');
  });
  const good = turns.run(async () => 'yes');
  await t.throwsAsync(bad, { message: 'no' });
  t.is(await good, 'yes');
});
