import { encode } from '@msgpack/msgpack';
import test from 'ava';
import fc from 'fast-check';
import { fromHex, hex } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { decodeMessagePack, encodeMessagePack } from '../../../src/protocol/wire/message-pack.ts';

const refused = { instanceOf: ProtocolError, code: 'message' } as const;
const MANY = 65_536;

const value = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 3 }, tie('leaf'), tie('list'), tie('map')),
  leaf: fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.nat(),
    fc.maxSafeNat(),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }),
  ),
  list: fc.array(tie('any'), { maxLength: 20 }),
  map: fc.dictionary(
    fc.string({ maxLength: 20 }).filter((key) => key !== '__proto__'),
    tie('any'),
    {
      maxKeys: 16,
      noNullPrototype: true,
    },
  ),
})).any;

test('a value is decoded as it was encoded', (t) => {
  fc.assert(
    fc.property(value, (written) => void t.deepEqual(decodeMessagePack(encodeMessagePack(written), MANY), written)),
  );
  for (const n of [0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER])
    t.is(decodeMessagePack(encodeMessagePack(n), 0), n);
  for (const size of [0, 31, 32, 255, 256, 65_535, 65_536]) {
    t.is(decodeMessagePack(encodeMessagePack('é'.repeat(size / 2)), 0), 'é'.repeat(size / 2));
    t.deepEqual(decodeMessagePack(encodeMessagePack(new Uint8Array(size)), 0), new Uint8Array(size));
    const list = Array.from({ length: size }, () => null);
    t.deepEqual(decodeMessagePack(encodeMessagePack(list), MANY), list);
  }
});

/** JavaScript moves such keys to the front of a record. */
function hasNumberAsKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false;
  if (Array.isArray(value)) return value.some(hasNumberAsKey);
  return Object.entries(value).some(([key, part]) => /^[0-9]+$/.test(key) || hasNumberAsKey(part));
}

test('each value has one encoding: no changed byte decodes to the same value', (t) => {
  fc.assert(
    fc.property(value, fc.nat(), fc.nat(255), (written, place, byte) => {
      const bytes = encodeMessagePack(written);
      bytes[place % bytes.length] = byte;
      let taken: unknown;
      try {
        taken = decodeMessagePack(bytes, MANY);
      } catch (error) {
        t.true(error instanceof ProtocolError);
        return;
      }
      if (!hasNumberAsKey(taken)) t.is(hex(encodeMessagePack(taken)), hex(bytes));
    }),
    { numRuns: 1000 },
  );
});

for (const [what, bytes] of Object.entries({
  'no bytes': '',
  'an array that claims 33 million elements': 'dd01ffffff',
  'the same, 20 deep': 'dd01ffffff'.repeat(20),
  'an array of 16 that has 15': `dc0010${'c0'.repeat(15)}`,
  'an array inside that leaves nothing for the outer one': '92dc0010'.concat('c0'.repeat(16)),
  'a map that claims more than there is': 'df01ffffff',
  'a text that is longer than what is left': 'db7fffffff61',
  'bytes that are longer than what is left': 'c67fffffff00',
  'nine nested arrays': '91'.repeat(9).concat('c0'),
  'a map of 17': `de0011${Array.from({ length: 17 }, (_, i) => `a2${hex(Buffer.from(`k${String.fromCharCode(97 + i)}`))}c0`).join('')}`,
  'a byte after the end': '940007a470696e6780c1',
  'the same key twice': '940007a6747970696e6782a2746fa3626f62a2746fa5616c696365',
  'a key that is a number': '8101c0',
  'a key that is bytes': '81c40161c0',
  'a key that is an array': '8190c0',
  'a float of 32 bits': 'ca3f800000',
  'a float of 64 bits': 'cb3ff0000000000000',
  'a time': 'd6ff00000000',
  'an extension': 'c7010500',
  'a byte that is never used': 'c1',
  'a negative number': 'ff',
  'a signed number': 'd07f',
  'a signed number of 64 bits': 'd30000000000000001',
  '2 ** 53': 'cf0020000000000000',
  '2 ** 64 - 1': 'cfffffffffffffffff',
  'a number in a longer form': 'cc7f',
  'a number in 64 bits that fits 32': 'cf00000000ffffffff',
  'a text in a longer form': 'd90161',
  'bytes in a longer form': 'c5000161',
  'an array in a longer form': 'dc0001c0',
  'a map in a longer form': 'de0001a161c0',
  'text that is not UTF-8': 'a2c328',
  'half a surrogate pair': 'a3eda080',
  'an overlong form': 'a2c0af',
  'a name that is a prototype': '81a95f5f70726f746f5f5fc0',
}))
  test(`MessagePack refuses ${what}`, (t) => {
    t.throws(() => decodeMessagePack(fromHex(bytes), MANY), refused);
  });

test('the limit counts all values, keys too', (t) => {
  t.notThrows(() => decodeMessagePack(encodeMessagePack([1, [2, 3], { a: 4 }]), 7));
  t.throws(() => decodeMessagePack(encodeMessagePack([1, [2, 3], { a: 4 }]), 6), refused);
});

test('large counts without content take no memory', (t) => {
  const deep = fromHex('dd01ffffff'.repeat(20));
  const wide = fromHex('dcffff'.repeat(87_000));
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 100; i++)
    for (const bytes of [deep, wide]) t.throws(() => decodeMessagePack(bytes, MANY), refused);
  t.true(process.memoryUsage().rss - before < 64 * 2 ** 20);
});

test('numbers are never encoded as floats', (t) => {
  fc.assert(fc.property(fc.maxSafeNat(), (n) => void t.not(encodeMessagePack(n)[0], 0xcb)));
  t.throws(() => decodeMessagePack(encode(1.5), 0), refused);
});
