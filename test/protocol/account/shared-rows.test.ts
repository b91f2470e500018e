import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import {
  checkRow,
  compareRows,
  isSameDecision,
  mergeRows,
  nameOfRow,
  pinOfRow,
  rowKey,
  rowKinds,
  type SharedRow,
  switchRow,
} from '../../../src/protocol/account/shared-rows.ts';
import { utf8 } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { anyRow, anyRows, testPin } from '../../helpers/protocol/shared-rows.ts';

const refused = { instanceOf: ProtocolError, code: 'layout' };
const mute = (on: boolean, at: number, device = 1) => switchRow(rowKinds.mute, utf8('bob'), on, { at, device });

/** Checks that `winner` replaces `loser` in either order. */
function wins(t: ExecutionContext, winner: SharedRow, loser: SharedRow, message?: string) {
  t.deepEqual(mergeRows([loser], [winner]), [winner], message);
  t.deepEqual(mergeRows([winner], [loser]), [winner], message);
}

test('merging is commutative, associative and idempotent', (t) => {
  fc.assert(
    fc.property(anyRows, anyRows, anyRows, (a, b, c) => {
      const all = mergeRows(a, b, c);
      t.deepEqual(mergeRows(b, a), mergeRows(a, b));
      t.deepEqual(mergeRows(mergeRows(a, b), c), all);
      t.deepEqual(mergeRows(a, mergeRows(b, c)), all);
      t.deepEqual(mergeRows(all, all), all);
      t.deepEqual(mergeRows(all, a), all);
    }),
  );
});

test('devices that learn of the same decisions in any order end with the same rows', (t) => {
  const shuffled = anyRows.chain((rows) =>
    fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
  );
  fc.assert(
    fc.property(shuffled, ([rows, other]) => {
      const [one, two] = [rows, other].map((list) =>
        list.reduce<SharedRow[]>((known, row) => mergeRows(known, [row]), []),
      );
      t.deepEqual(one, two);
    }),
  );
});

test('a merge keeps one row for each key, and invents none', (t) => {
  fc.assert(
    fc.property(anyRows, anyRows, (a, b) => {
      const merged = mergeRows(a, b);
      t.true(merged.every((row) => a.includes(row) || b.includes(row)));
      t.is(new Set(merged.map(rowKey)).size, merged.length);
      t.deepEqual(merged.map(rowKey).sort(), [...new Set([...a, ...b].map(rowKey))].sort());
    }),
  );
});

test('the order of rows with one key is total', (t) => {
  fc.assert(
    fc.property(anyRow, anyRow, anyRow, (a, ...others) => {
      const [b, c] = others.map((row) => ({ ...row, kind: a.kind, key: a.key }));
      if (b === undefined || c === undefined || a.kind === rowKinds.pin) return;
      t.is(Math.sign(compareRows(a, b)), -Math.sign(compareRows(b, a)) + 0);
      if (compareRows(a, b) > 0 && compareRows(b, c) > 0) t.true(compareRows(a, c) > 0);
    }),
  );
});

test('the later decision wins, and of two at one time that of the higher device', (t) => {
  wins(t, mute(false, 2), mute(true, 1));
  wins(t, mute(true, 3), mute(false, 2));
  wins(t, mute(false, 2, 9), mute(true, 2, 8));
  wins(t, testPin('bob', 1, 'accepted', 5), testPin('bob', 2, 'verified', 4), 'a verified mark names its key');
});

test('a key that was only met never replaces one that was decided on, and the first one met stays', (t) => {
  wins(t, testPin('bob', 1, 'accepted', 1), testPin('bob', 2, 'met', 900));
  wins(t, testPin('bob', 1, 'verified', 1), testPin('bob', 1, 'met', 900));
  wins(t, testPin('bob', 1, 'met', 3), testPin('bob', 2, 'met', 4));
});

test('of one decision the row with the newest card wins, and it is still the same decision', (t) => {
  const [older, newer] = [1, 2].map((cardSeq) => testPin('bob', 1, 'verified', 7, { cardSeq })) as [
    SharedRow,
    SharedRow,
  ];
  wins(t, newer, older);
  t.true(isSameDecision(older, newer));
  t.false(isSameDecision(older, testPin('bob', 1, 'verified', 8)));
  t.false(isSameDecision(older, testPin('bob', 2, 'verified', 7)));
  t.false(isSameDecision(older, testPin('bob', 1, 'accepted', 7)));
  t.false(isSameDecision(mute(true, 1), mute(false, 1)));
});

test('a pin returns what it was made from', (t) => {
  const row = testPin('bob', 7, 'verified', 5, { cardSeq: 2 ** 40, device: 9 });
  const hash = new Uint8Array(32).fill(7);
  t.is(nameOfRow(row), 'bob');
  t.deepEqual(structuredClone(pinOfRow(row)), { idFp: hash, cardSeq: 2 ** 40, cardHash: hash, trust: 'verified' });
  t.like(row, { kind: 1, at: 5, device: 9 });
});

const pin = testPin('bob', 1, 'met', 1);
for (const [what, row] of Object.entries<SharedRow>({
  'kind 0': { ...mute(true, 1), kind: 0 },
  'a time after the last date': { ...mute(true, 1), at: 8.64e15 + 1 },
  'a mute of no name': { ...mute(true, 1), key: utf8('no name') },
  'a block of bytes that are no text': { ...mute(true, 1), kind: rowKinds.block, key: Uint8Array.of(0xff) },
  'a mute with the value 2': { ...mute(true, 1), value: Uint8Array.of(2) },
  'a mute without a value': { ...mute(true, 1), value: new Uint8Array() },
  'a mute with two values': { ...mute(true, 1), value: Uint8Array.of(1, 1) },
  'a room with a short id': { ...mute(true, 1), kind: rowKinds.muteRoom, key: new Uint8Array(31) },
  'a pin of unknown trust': { ...pin, value: Uint8Array.from([...pin.value.subarray(0, -1), 3]) },
  'a pin of card 0': testPin('bob', 1, 'met', 1, { cardSeq: 0 }),
  'a pin that is too short': { ...pin, value: pin.value.subarray(1) },
  'a pin that is too long': { ...pin, value: Uint8Array.from([...pin.value, 0]) },
}))
  test(`a row is refused: ${what}`, (t) => {
    t.throws(() => checkRow(row), refused);
  });

test('rows of later kinds may hold anything', (t) => {
  fc.assert(fc.property(anyRow, (row) => t.notThrows(() => checkRow(row))));
});
