import test from 'ava';
import fc from 'fast-check';
import { SegmentLayout } from '../../../src/daemon/files/segment-layout.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { SEGMENT_SIZES } from '../../../src/protocol/sealed/file.ts';

const sizes = fc.oneof(fc.nat(1_000_000), fc.integer({ min: 0, max: 2 ** 45 }));

test('segments lie side by side from the first byte to the last', (t) => {
  fc.assert(
    fc.property(
      sizes,
      fc.constantFrom(...SEGMENT_SIZES),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (size, segSize, at) => {
        const layout = new SegmentLayout(size, segSize);
        const index = Math.floor(at * (layout.count - 1));
        t.is(layout.position(0), 0);
        t.is(layout.position(index) + layout.length(index), layout.position(index + 1));
        t.is(layout.position(layout.count), layout.total);
        t.is(layout.total, size + 28 * layout.count);
        t.true(layout.length(index) >= 28 && layout.length(index) <= layout.step);
      },
    ),
  );
});

test('only complete segments are counted', (t) => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.constantFrom(...SEGMENT_SIZES), fc.nat(2_000_000), (size, segSize, bytes) => {
      const layout = new SegmentLayout(size, segSize);
      const whole = layout.wholeIn(bytes);
      t.true(whole <= layout.count && layout.position(whole) <= Math.max(bytes, 0));
      t.true(whole === layout.count || layout.position(whole + 1) > bytes);
    }),
  );
});

test('only the three segment sizes are accepted', (t) => {
  for (const segSize of [0, 1, 65_535, 262_145, 0xffffffff]) {
    t.throws(() => new SegmentLayout(10, segSize), { instanceOf: Refusal, code: 'bad-request' });
  }
});
