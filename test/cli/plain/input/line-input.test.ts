/** The lines of line mode, without a program around them. */
import { Readable } from 'node:stream';
import test from 'ava';
import { pipeInput } from '../../../../src/cli/plain/input/line-input.ts';
import { until } from '../../../helpers/until.ts';

const LINES = 200_000;
const BURST = 100;

/** A program that writes as fast as it is read: 20 MB in lines of 100 bytes. */
function fastWriter() {
  const written = { lines: 0 };
  const line = (number: number) => `${String(number).padStart(99, '.')}\n`;
  function* bursts() {
    for (; written.lines < LINES; written.lines += BURST)
      yield Buffer.from(Array.from({ length: BURST }, (_, i) => line(written.lines + i)).join(''));
  }
  return { written, input: Readable.from(bursts(), { objectMode: false }) };
}

test('a pipe is read as its lines are taken, without loss', async (t) => {
  t.timeout(60_000);
  const { written, input } = fastWriter();
  const source = pipeInput(input, { write: () => true });
  let taken = 0;
  for await (const line of source.lines()) {
    if (Number(line?.replace(/^\.+/, '')) !== taken++) t.fail(`line ${taken} is ${line}`);
    if (taken !== 3) continue;
    await until(() => input.isPaused());
    t.true(written.lines < 10_000, `${written.lines} lines are read`);
  }
  t.is(taken, LINES);
});

test('lines that came before the end can still be taken after close()', async (t) => {
  const input = Readable.from(['one\ntwo\n', 'three']);
  const source = pipeInput(input, { write: () => true });
  await until(() => input.readableEnded);
  source.close();
  const taken: (string | null)[] = [];
  for await (const line of source.lines()) taken.push(line);
  t.deepEqual(taken, ['one', 'two', 'three']);
});
