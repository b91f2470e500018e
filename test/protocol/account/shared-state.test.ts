import test from 'ava';
import fc from 'fast-check';
import { systemRandom } from '../../../src/platform/random.ts';
import { mergeRows, rowKinds, type SharedRow, switchRow } from '../../../src/protocol/account/shared-rows.ts';
import {
  fittingRows,
  MAX_SHARED_BYTES,
  MAX_SHARED_ROWS,
  openSharedState,
  sealSharedState,
} from '../../../src/protocol/account/shared-state.ts';
import { utf8 } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { damaged, patched } from '../../helpers/protocol/damage.ts';
import { DAEMON_ID, person } from '../../helpers/protocol/people.ts';
import { anyRows, testPin } from '../../helpers/protocol/shared-rows.ts';

const refused = { instanceOf: ProtocolError, code: 'shared', message: 'what the devices share does not open' };
const [alice, bob] = [await person('alice'), await person('bob')];
const owner = { daemonId: DAEMON_ID, name: 'alice', idFp: alice.idFp };
const rows = mergeRows([
  testPin('bob', 1, 'verified', 3),
  switchRow(rowKinds.mute, utf8('bob'), true, { at: 4, device: 1 }),
]);
const sealed = (of: readonly SharedRow[], version = 3) =>
  sealSharedState(alice.identity, owner, { version, rows: of }, systemRandom);
const opened = (bytes: Uint8Array) => openSharedState(alice.identity, owner, bytes);
const state = sealed(rows);
const DAY = 86_400_000;

test('a state returns its rows and its version', (t) => {
  fc.assert(
    fc.property(anyRows, fc.integer({ min: 1, max: 0xffffffff }), (some, version) => {
      const merged = mergeRows(some);
      t.deepEqual(structuredClone(opened(sealed(merged, version))), structuredClone({ version, rows: merged }));
    }),
    { numRuns: 50 },
  );
});

test('the size of a state grows in steps of 1,024 bytes', (t) => {
  const [empty, two] = [sealed([]), state];
  t.is(empty.length, two.length);
  const many = Array.from({ length: 20 }, (_, i) => testPin(`p${i}`, 1, 'met', i));
  t.is(sealed(mergeRows(many)).length - empty.length, 1024);
});

test('the daemon, another name, another identity and another key cannot open a state', (t) => {
  const wrong = { daemon: { daemonId: new Uint8Array(32) }, name: { name: 'bob' }, identity: { idFp: bob.idFp } };
  for (const [what, change] of Object.entries(wrong))
    t.throws(() => openSharedState(alice.identity, { ...owner, ...change }, state), refused, what);
  t.throws(() => openSharedState(bob.identity, owner, state), refused);
});

test('every flipped byte is refused', (t) => {
  for (let at = 0; at < state.length; at++) {
    const error = t.throws(() => opened(patched(state, at, Uint8Array.of((state[at] ?? 0) ^ 1))), {
      instanceOf: ProtocolError,
    });
    t.is(error?.code, at === 0 ? 'version' : 'shared');
  }
});

test('a damaged state is refused', (t) => {
  fc.assert(
    fc.property(damaged(state), (bytes) => {
      const error = t.throws(() => opened(bytes), { instanceOf: ProtocolError });
      t.true(error?.code === 'shared' || (error?.code === 'version' && (bytes[0] ?? 0) > 2));
    }),
    { numRuns: 200 },
  );
  t.throws(() => opened(new Uint8Array()), refused);
  t.throws(() => opened(new Uint8Array(MAX_SHARED_BYTES + 1).fill(2)), refused);
});

test('a state with a changed version is refused', (t) => {
  for (const version of [0, 2, 4]) t.throws(() => opened(patched(state, 1, Uint8Array.of(0, 0, 0, version))), refused);
});

test('a state of a newer program is reported as such', (t) => {
  t.throws(() => opened(patched(state, 0, Uint8Array.of(3))), { code: 'version', message: /update/ });
});

test('two states with the same rows differ', (t) => {
  t.notDeepEqual(sealed(rows), state);
});

test('rows that are out of order, doubled or against the rules are not sealed', (t) => {
  const [first, second] = rows as [SharedRow, SharedRow];
  for (const wrong of [[second, first], [first, first], [{ ...first, at: 8.64e15 + 1 }], [{ ...first, kind: 0 }]])
    t.throws(() => sealed(wrong), refused);
});

test('what fits is as large as a state may be, and decisions and later times come first', (t) => {
  const met = Array.from({ length: 1500 }, (_, i) => testPin(`met${i}`, 1, 'met', 10_000 + i));
  const decisions = Array.from({ length: 200 }, (_, i) => testPin(`known${i}`, 1, 'accepted', i + 1));
  const fitting = fittingRows(mergeRows(met, decisions), 20_000);
  const bytes = sealed(fitting);
  t.true(bytes.length <= MAX_SHARED_BYTES && bytes.length > MAX_SHARED_BYTES - 1024, `${bytes.length} bytes`);
  t.is(fitting.filter(({ value }) => value.at(-1) !== 0).length, 200);
  const kept = fitting.filter(({ value }) => value.at(-1) === 0).map(({ at }) => at);
  t.is(Math.max(...kept), 11_499);
  t.is(Math.min(...kept), 11_500 - kept.length, 'the keys that were met last');
  t.deepEqual(fittingRows(fitting, 20_000), fitting);
});

test('a state has at most 4,096 rows', (t) => {
  const small = Array.from({ length: 5000 }, (_, i) => ({
    kind: 200,
    key: Uint8Array.of(i >> 8, i & 255),
    value: new Uint8Array(),
    at: i,
    device: 1,
  }));
  t.true(fittingRows(small, 0).length <= MAX_SHARED_ROWS);
  t.notThrows(() => sealed(fittingRows(mergeRows(small), 0)));
});

test('rows that did not fit do not come back and forth', (t) => {
  const many = Array.from({ length: 900 }, (_, i) => testPin(`p${i}`, 1, i % 3 === 0 ? 'accepted' : 'met', i));
  const [one, two] = [many.filter((_, i) => i % 2 === 0), many.filter((_, i) => i % 2 === 1)];
  const first = fittingRows(mergeRows(one), 0);
  const second = fittingRows(mergeRows(first, two), 0);
  t.deepEqual(fittingRows(mergeRows(second, one), 0), second);
  t.deepEqual(fittingRows(mergeRows(second, two), 0), second);
});

test('what was taken back 400 days ago is forgotten, and nothing else', (t) => {
  const when = { at: 5, device: 1 };
  const off = switchRow(rowKinds.block, utf8('bob'), false, when);
  const on = switchRow(rowKinds.block, utf8('carol'), true, when);
  const all = mergeRows([off, on, testPin('bob', 1, 'met', 5), { ...off, kind: 77 }]);
  t.deepEqual(fittingRows(all, 400 * DAY + 5), all);
  t.deepEqual(
    fittingRows(all, 400 * DAY + 6),
    all.filter((row) => row !== off),
  );
});
