import test from 'ava';
import fc from 'fast-check';
import { concat, Writer } from '../../src/protocol/bytes.ts';
import { splitMessages, splitSegment } from '../../src/protocol/link-writer.ts';

const layout = { name: 'ProtocolError', code: 'layout' } as const;
const frame = (message: Uint8Array) => new Writer().u32(message.length).bytes(message).finish();

test('the messages of a record come apart as they were put together', (t) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 30 }), { minLength: 1 }), (messages) => {
      const split = splitMessages(concat(...messages.map(frame)));
      t.deepEqual(
        split.map((m) => Array.from(m)),
        messages.map((m) => Array.from(m)),
      );
    }),
  );
});

test('a record of no message, of half a one, or of one that claims more is refused', (t) => {
  const one = frame(Uint8Array.of(1, 2, 3));
  t.throws(() => splitMessages(new Uint8Array(0)), layout);
  for (let n = 1; n < one.length; n++) {
    t.throws(() => splitMessages(one.subarray(0, n)), layout);
    t.throws(() => splitMessages(concat(one, one.subarray(0, n))), layout);
  }
  t.throws(() => splitMessages(Uint8Array.of(255, 255, 255, 255, 0)), layout);
});

test('a segment has its header, whatever follows', (t) => {
  const header = new Writer().u32(7).u64(9).finish();
  t.like(splitSegment(header), { transfer: 7, index: 9 });
  t.is(splitSegment(concat(header, new Uint8Array(5))).bytes.length, 5);
  for (let n = 0; n < header.length; n++) t.throws(() => splitSegment(header.subarray(0, n)), layout);
  t.throws(() => splitSegment(new Uint8Array(12).fill(255)), layout);
});
