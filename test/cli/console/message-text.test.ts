import { Readable } from 'node:stream';
import test from 'ava';
import { readText } from '../../../src/cli/console/message-text.ts';
import { ClientError } from '../../../src/client/errors.ts';

const input = (...parts: (string | Uint8Array)[]): AsyncIterable<Uint8Array> =>
  Readable.from(parts.map((part) => Buffer.from(part)));

test('one final newline is not part of the text', async (t) => {
  t.is(await readText(input('hello\n')), 'hello');
  t.is(await readText(input('hello\r\n')), 'hello');
  t.is(await readText(input('a\n\n')), 'a\n');
  t.is(await readText(input('<END> and ', '.exit\nstay')), '<END> and .exit\nstay');
});

test('a character split over two reads is whole', async (t) => {
  const euro = Buffer.from('€');
  t.is(await readText(input(euro.subarray(0, 1), euro.subarray(1))), '€');
});

test('what is not UTF-8, or has no end, is refused', async (t) => {
  await t.throwsAsync(readText(input(Uint8Array.of(0xff, 0xfe))), { instanceOf: ClientError, code: 'usage' });
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield new Uint8Array(1024).fill(97);
  }
  await t.throwsAsync(readText(endless()), { instanceOf: ClientError, code: 'usage' });
});
