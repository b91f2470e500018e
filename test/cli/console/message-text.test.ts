import { Readable } from 'node:stream';
import test from 'ava';
import { checkText, joinWords, readText } from '../../../src/cli/console/message-text.ts';
import { ClientError } from '../../../src/client/errors.ts';

const input = (...parts: (string | Uint8Array)[]): AsyncIterable<Uint8Array> =>
  Readable.from(parts.map((part) => Buffer.from(part)));

test('readText removes one final newline', async (t) => {
  t.is(await readText(input('hello\n')), 'hello');
  t.is(await readText(input('hello\r\n')), 'hello');
  t.is(await readText(input('a\n\n')), 'a\n');
  t.is(await readText(input('<END> and ', '.exit\nstay')), '<END> and .exit\nstay');
});

test('readText joins a character that is split over two reads', async (t) => {
  const euro = Buffer.from('€');
  t.is(await readText(input(euro.subarray(0, 1), euro.subarray(1))), '€');
});

test('readText refuses input that is not UTF-8 or never ends', async (t) => {
  await t.throwsAsync(readText(input(Uint8Array.of(0xff, 0xfe))), { instanceOf: ClientError, code: 'usage' });
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield new Uint8Array(1024).fill(97);
  }
  await t.throwsAsync(readText(endless()), { instanceOf: ClientError, code: 'usage' });
});

test('checkText takes 1 to 4,096 bytes of valid Unicode', (t) => {
  t.notThrows(() => checkText('x'.repeat(4096)));
  t.notThrows(() => checkText('é'.repeat(2048)));
  for (const bad of ['', ' \n', 'x'.repeat(4097), `${'é'.repeat(2048)}x`, 'a\ud800b'])
    t.throws(() => checkText(bad), { instanceOf: ClientError, code: 'usage' });
});

test('joinWords refuses arguments that are not UTF-8', (t) => {
  t.is(joinWords(['a', ' b']), 'a  b');
  t.throws(() => joinWords(['a', 'b\ufffd']), { instanceOf: ClientError, code: 'usage', message: /not UTF-8/ });
});
