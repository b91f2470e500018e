import test from 'ava';
import { EventBus } from '../../../src/client/events/event-bus.ts';

type Events = { said: string; failed: unknown };

/** A bus, and what its subscribers received, in order. */
function open() {
  const bus = new EventBus<Events>();
  const taken: string[] = [];
  bus.on('failed', (error) => void taken.push(`failed: ${error instanceof Error ? error.message : error}`));
  return { bus, taken };
}

const turn = () => new Promise((done) => setImmediate(done));

test('subscribers are called at once, in the order in which they subscribed', (t) => {
  const { bus, taken } = open();
  for (const name of ['first', 'second']) bus.on('said', (text) => void taken.push(`${name}: ${text}`));
  bus.publish('said', 'hello');
  t.deepEqual(taken, ['first: hello', 'second: hello']);
});

test('an error of a subscriber is published as failed, and the others are called', async (t) => {
  const { bus, taken } = open();
  bus.on('said', () => {
    throw new Error('a bug');
  });
  bus.on('said', async () => {
    throw new Error('no link');
  });
  bus.on('said', (text) => void taken.push(text));
  bus.publish('said', 'hello');
  await turn();
  t.deepEqual(taken.sort(), ['failed: a bug', 'failed: no link', 'hello']);
});

test('publishAndWait waits for each subscriber before the next, and throws the first error', async (t) => {
  const { bus, taken } = open();
  bus.on('said', async () => {
    await turn();
    taken.push('first');
  });
  bus.on('said', (text) => {
    taken.push('second');
    if (text === 'bad') throw new Error('refused');
  });
  bus.on('said', () => void taken.push('third'));
  await bus.publishAndWait('said', 'good');
  await t.throwsAsync(bus.publishAndWait('said', 'bad'), { message: 'refused' });
  t.deepEqual(taken, ['first', 'second', 'third', 'first', 'second']);
});

test('attempt() never rejects', async (t) => {
  const { bus, taken } = open();
  await bus.attempt(async () => {
    throw new Error('no link');
  });
  await bus.attempt(() => void taken.push('done'));
  t.deepEqual(taken, ['failed: no link', 'done']);
});
