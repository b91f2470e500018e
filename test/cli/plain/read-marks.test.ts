import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import { ReadMarks } from '../../../src/cli/plain/read-marks.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { FakeClient } from '../../helpers/screen/fake-client.ts';

function marking() {
  const clock = manualClock();
  const client = new FakeClient();
  const marks = new ReadMarks(client, clock);
  const sent = () => client.calls.splice(0).map(([, ...rest]) => rest);
  return { clock, client, marks, sent };
}

test('the first mark is sent at once, later ones once per conversation and interval, up to the highest place', (t) => {
  const { clock, marks, sent } = marking();
  for (let seq = 1; seq <= 20; seq++) marks.mark('#lobby', seq);
  marks.mark('@bob', 4);
  marks.mark('#lobby', 3);
  t.deepEqual(sent(), [['#lobby', 1]]);
  clock.advance(400);
  t.deepEqual(sent(), [
    ['#lobby', 20],
    ['@bob', 4],
  ]);
  marks.mark('#lobby', 21);
  clock.advance(400);
  t.deepEqual(sent(), [['#lobby', 21]]);
});

test('the end does not wait for the interval, and a failed mark ends nothing', async (t) => {
  const { clock, client, marks, sent } = marking();
  client.failures.set('markRead', new Error('no link'));
  marks.mark('#lobby', 1);
  marks.mark('#lobby', 2);
  await marks.send();
  t.deepEqual(sent(), [
    ['#lobby', 1],
    ['#lobby', 2],
  ]);
  clock.advance(400);
  await turn();
  t.deepEqual(sent(), [], 'nothing was left');
});
