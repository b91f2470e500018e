import test from 'ava';
import * as fc from 'fast-check';
import { keyOf, merge } from '../../../src/tui/state/message-list.ts';
import { message } from '../../helpers/screen/messages.ts';

test('a message that gets its place moves up from the unsent ones', (t) => {
  const waiting = message({ id: 'x', from: 'alice', seq: null, state: 'sending' });
  const held = merge([message({ seq: 1 })], [waiting]);
  const after = merge(held, [message({ seq: 2 }), { ...waiting, seq: 3, state: 'sent' }]);
  t.deepEqual(
    after.map(({ seq }) => seq),
    [1, 2, 3],
  );
  t.is(after[2]?.state, 'sent');
});

test('an edit replaces its message, and an unsent message stays last', (t) => {
  const held = merge([], [message({ seq: 5, id: 'e' }), message({ seq: null, id: 'w' })]);
  const after = merge(held, [message({ seq: 5, id: 'e', edited: true }), message({ seq: 6, id: 'f' })]);
  t.deepEqual(
    after.map(({ id, edited }) => [id, edited]),
    [
      ['e', true],
      ['f', false],
      ['w', false],
    ],
  );
});

test('property: any order of events, with repeats, gives the same list', (t) => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 })), fc.array(fc.nat(5)), (seqs, cuts) => {
      const all = seqs.map((seq) => message({ seq, id: `m${seq}` }));
      let held = merge([], []);
      for (let at = 0, i = 0; at < all.length; i++) {
        const size = 1 + (cuts[i] ?? 3);
        held = merge(held, all.slice(Math.max(0, at - 2), at + size));
        at += size;
      }
      t.deepEqual(
        held.map(({ seq }) => seq),
        [...seqs].sort((a, b) => a - b),
      );
      t.is(new Set(held.map(keyOf)).size, held.length);
    }),
  );
});
