import test from 'ava';
import { ReorderBuffer } from '../../../src/client/timeline/reorder-buffer.ts';
import type { Entry } from '../../../src/protocol/wire/fields.ts';

const MIB = 2 ** 20;

function entry(seq: number, size = 10, key = 0): Entry {
  const keys = [{ kind: 'chunk' as const, bytes: new Uint8Array(key) }];
  return { seq, at: 1, kind: 'note', from: 'bob', bytes: new Uint8Array(size), file: null, keys };
}

test('a held entry stays until its place was passed', (t) => {
  const bytes = { used: 0 };
  const held = new ReorderBuffer(bytes);
  for (const seq of [3, 1, 2]) held.put(entry(seq));
  held.put(entry(3, 20));
  t.is(held.get(3)?.bytes.length, 20);
  t.is(held.get(4), undefined);
  held.dropUpTo(2);
  t.is(held.get(2), undefined);
  t.is(held.get(3)?.seq, 3);
  held.dropUpTo(3);
  t.is(bytes.used, 0);
});

test('attack: at most 2,000 entries of a conversation and 16 MiB of all are held', (t) => {
  const bytes = { used: 0 };
  const [one, two] = [new ReorderBuffer(bytes), new ReorderBuffer(bytes)];
  for (let seq = 1; seq <= 3000; seq++) one.put(entry(seq));
  t.not(one.get(2000), undefined);
  t.is(one.get(2001), undefined);
  one.dropUpTo(3000);
  for (let seq = 1; seq <= 15; seq++) one.put(entry(seq, MIB));
  two.put(entry(1, 0, MIB));
  t.is(two.get(1), undefined, 'keys count');
  two.put(entry(2, MIB / 2));
  t.not(two.get(2), undefined);
  one.dropUpTo(1);
  two.put(entry(3, MIB));
  t.not(two.get(3), undefined);
});
