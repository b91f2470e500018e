import { createHash } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import {
  compare,
  concat,
  equal,
  fromHex,
  fromUtf8,
  H,
  hex,
  hkdf,
  hmac,
  Reader,
  utf8,
  Writer,
} from '../../../src/protocol/base/bytes.ts';

const layout = { name: 'ProtocolError', code: 'layout' } as const;

test('a written structure is read back, and bytes after it are refused', (t) => {
  const any = fc.record({
    a: fc.nat(255),
    b: fc.nat(65_535),
    c: fc.nat(0xffffffff),
    d: fc.maxSafeNat(),
    e: fc.uint8Array({ maxLength: 300 }),
    f: fc.uint8Array({ maxLength: 40 }),
  });
  fc.assert(
    fc.property(any, ({ a, b, c, d, e, f }) => {
      const bytes = new Writer().u8(a).u16(b).u32(c).u64(d).var16(e).bytes(f).finish();
      const r = new Reader(bytes);
      const back = [r.u8(), r.u16(), r.u32(), r.u64(), Uint8Array.from(r.var16()), Uint8Array.from(r.bytes(f.length))];
      r.end();
      t.deepEqual(back, [a, b, c, d, e, f]);
    }),
  );
});

test('a structure that is cut off or too long is refused', (t) => {
  const bytes = new Writer().u8(1).u16(2).u32(3).u64(4).var16(utf8('five')).finish();
  const read = (b: Uint8Array) => {
    const r = new Reader(b);
    r.u8();
    r.u16();
    r.u32();
    r.u64();
    r.var16();
    r.end();
  };
  t.notThrows(() => read(bytes));
  for (let n = 0; n < bytes.length; n++) t.throws(() => read(bytes.subarray(0, n)), layout);
  t.throws(() => read(concat(bytes, Uint8Array.of(0))), { ...layout, message: 'bytes after the end' });
});

test('numbers that JavaScript cannot hold are refused on both sides', (t) => {
  t.throws(() => new Reader(fromHex('0020000000000000')).u64(), { ...layout, message: 'number too large' });
  t.is(new Reader(fromHex('001fffffffffffff')).u64(), Number.MAX_SAFE_INTEGER);
  t.throws(() => new Writer().u64(2 ** 53), { instanceOf: RangeError });
  t.throws(() => new Writer().u8(256), { instanceOf: RangeError });
  t.throws(() => new Writer().u64(-1), { instanceOf: RangeError });
  t.throws(() => new Writer().var16(new Uint8Array(65_536)), { instanceOf: RangeError });
});

test('H hashes the tag and each length, so that no part can move into the next', (t) => {
  const tag = 'securechat/v2/note';
  const expected = createHash('sha256')
    .update(
      concat(Uint8Array.of(tag.length), utf8(tag), fromHex('00000002'), utf8('ab'), fromHex('00000001'), utf8('c')),
    )
    .digest();
  t.true(equal(H('note', utf8('ab'), utf8('c')), expected));
  t.false(equal(H('note', utf8('a'), utf8('bc')), expected));
  t.false(equal(H('note', utf8('abc')), expected));
  t.false(equal(H('dm', utf8('ab'), utf8('c')), expected));
});

test('HKDF and HMAC give the values of RFC 5869 and RFC 4231', (t) => {
  const key = new Uint8Array(22).fill(0x0b);
  const okm = hkdf(key, fromHex('000102030405060708090a0b0c'), fromHex('f0f1f2f3f4f5f6f7f8f9'), 42);
  t.is(hex(okm), '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865');
  const mac = hmac(new Uint8Array(20).fill(0x0b), utf8('Hi There'));
  t.is(hex(mac), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7');
});

test('text that is not UTF-8 and hex that is not hex are refused', (t) => {
  for (const bad of ['ff', 'c0af', 'eda080', 'e282']) t.throws(() => fromUtf8(fromHex(bad)), layout);
  t.is(fromUtf8(utf8('\ufeffé')), '\ufeffé');
  for (const bad of ['a', 'zz', '0x', ' 00']) t.throws(() => fromHex(bad), layout);
  fc.assert(fc.property(fc.uint8Array(), (b) => equal(fromHex(hex(b)), b)));
});

test('bytes are equal and ordered by content', (t) => {
  t.true(equal(Uint8Array.of(1, 2), Uint8Array.of(1, 2)));
  t.false(equal(Uint8Array.of(1, 2), Uint8Array.of(1, 3)));
  t.false(equal(Uint8Array.of(1, 2), Uint8Array.of(1)));
  t.true(compare(Uint8Array.of(1, 200), Uint8Array.of(1, 3)) > 0);
  t.true(compare(Uint8Array.of(1), Uint8Array.of(1, 3)) < 0);
});
