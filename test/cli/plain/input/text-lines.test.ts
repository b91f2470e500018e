import { Readable } from 'node:stream';
import test from 'ava';
import fc from 'fast-check';
import { TextLines } from '../../../../src/cli/plain/input/text-lines.ts';

/** The lines of a stream that arrives in these chunks. */
async function linesOf(chunks: readonly Uint8Array[]): Promise<(string | null)[]> {
  const lines: (string | null)[] = [];
  const reader = new TextLines(Readable.from(chunks, { objectMode: false }));
  reader.on('line', (line) => lines.push(line));
  await new Promise<void>((done) => reader.on('close', done));
  return lines;
}

const bytes = (hex: string) => Buffer.from(hex, 'hex');

test('only a line feed ends a line, and invalid UTF-8 is reported', async (t) => {
  t.deepEqual(await linesOf([Buffer.from('\ufeffa\tb\r\nkm\u200bkm\u2028x\ry\n\nend')]), [
    '\ufeffa\tb',
    'km\u200bkm\u2028x\ry',
    '',
    'end',
  ]);
  t.deepEqual(await linesOf([bytes('63e9'), bytes('0a6f6b0a')]), [null, 'ok']);
  t.deepEqual(await linesOf([]), []);
});

test('lines are the same however the bytes are split', async (t) => {
  const line = fc.string({ unit: 'binary' }).map((text) => text.toWellFormed().replace(/\n/g, '').replace(/\r$/, ''));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 7 }),
      async (lines, size) => {
        const all = Buffer.from(lines.map((each) => `${each}\n`).join(''));
        const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
          all.subarray(i * size, (i + 1) * size),
        );
        t.deepEqual(await linesOf(chunks), lines);
      },
    ),
    { seed: 7, numRuns: 60 },
  );
});
