import { PassThrough } from 'node:stream';
import test from 'ava';
import { exitOnOutputError } from '../../../src/platform/terminal/standard-output.ts';

/** What a program does whose standard output fails with `code`. */
function failing(code: string) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const ended: number[] = [];
  exitOnOutputError({ stdout, stderr, exit: (status: number) => ended.push(status) } as never, 'program');
  stdout.emit('error', Object.assign(new Error(`${code}: write`), { code }));
  return { ended, said: String(stderr.read() ?? ''), stderr };
}

test('a closed pipe is not an error, and a full disk is one, with a sentence', (t) => {
  t.like(failing('EPIPE'), { ended: [0], said: '' });
  t.like(failing('ENOSPC'), {
    ended: [1],
    said: 'program: not all of the output could be written: the disk is full\n',
  });
  t.like(failing('EIO'), { ended: [1], said: 'program: not all of the output could be written: EIO: write\n' });
});

test('a failing standard error ends nothing', (t) => {
  const { ended, stderr } = failing('EPIPE');
  ended.length = 0;
  stderr.emit('error', new Error('gone'));
  t.deepEqual(ended, []);
});
