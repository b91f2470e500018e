import test from 'ava';
import fc from 'fast-check';
import { applyChanges, type MessageChange } from '../../../src/client/cache/message-changes.ts';
import type { Content } from '../../../src/protocol/sealed/content.ts';

const id = new Uint8Array(16).fill(1);
const to = { author: new Uint8Array(32).fill(2), id };
const text: Content = { kind: 'text', text: 'first' };
const mark = (seq: number, author: string, content: Content): MessageChange => ({
  seq,
  author,
  from: author,
  formerKey: false,
  content,
});
const edit = (seq: number, by: string, now: string) => mark(seq, by, { kind: 'edit', target: id, text: now });
const react = (seq: number, by: string, emoji: string, on = true) => mark(seq, by, { kind: 'reaction', to, emoji, on });

test('the edit with the highest place counts, whatever the order of arrival', (t) => {
  fc.assert(
    fc.property(fc.shuffledSubarray([1, 2, 3, 4], { minLength: 4, maxLength: 4 }), (order) => {
      const marks = order.map((seq) => edit(seq, 'alice', `edit ${seq}`));
      t.like(applyChanges('alice', text, marks), { text: 'edit 4', edited: true, deleted: false });
    }),
  );
});

test('only the author edits or deletes a message, even if others name its id', (t) => {
  const marks = [edit(1, 'mallory', 'forged'), mark(2, 'mallory', { kind: 'delete', target: id })];
  t.like(applyChanges('alice', text, marks), { text: 'first', edited: false, deleted: false });
});

test('a deletion wins over edits after it', (t) => {
  const marks = [mark(1, 'alice', { kind: 'delete', target: id }), edit(2, 'alice', 'back'), react(3, 'bob', 'x')];
  t.deepEqual(applyChanges('alice', text, marks), { text: '', edited: false, deleted: true, reactions: {} });
});

test('a file is never edited, but may be deleted', (t) => {
  const zeros = new Uint8Array(32);
  const manifest = { fileId: id, size: 1, segSize: 65_536, count: 1, key: zeros, sha256: zeros, name: 'a', type: '' };
  const file: Content = { kind: 'manifest', manifest };
  t.like(applyChanges('alice', file, [edit(1, 'alice', 'b')]), { text: null, edited: false, deleted: false });
  t.true(applyChanges('alice', file, [mark(1, 'alice', { kind: 'delete', target: id })]).deleted);
});

test('each person has each emoji at most once, and their last reaction counts', (t) => {
  const marks = [react(1, 'bob', 'a'), react(2, 'carol', 'a'), react(3, 'bob', 'a'), react(4, 'bob', 'b')];
  t.deepEqual(applyChanges('alice', text, marks).reactions, { a: ['bob', 'carol'], b: ['bob'] });
  const off = [...marks, react(5, 'bob', 'a', false), react(6, 'bob', 'b', false)];
  t.deepEqual(applyChanges('alice', text, off).reactions, { a: ['carol'] });
});

test('at most 16 emoji of one person and 64 of all count, and a removed one makes room', (t) => {
  const many = Array.from({ length: 40 }, (_, i) => react(i, 'bob', `b${i}`));
  t.is(Object.keys(applyChanges('alice', text, many).reactions).length, 16);
  const room = [...many, react(50, 'bob', 'b3', false), react(51, 'bob', 'new')];
  const { reactions } = applyChanges('alice', text, room);
  t.is(reactions.b3, undefined);
  t.deepEqual(reactions.new, ['bob']);
  const crowd = Array.from({ length: 200 }, (_, i) => react(i, `p${i}`, `c${i}`));
  const all = applyChanges('alice', text, [...crowd, react(300, 'zoe', 'c5')]).reactions;
  t.is(Object.keys(all).length, 64);
  t.deepEqual(all.c5, ['p5', 'zoe']);
});

test('an emoji named like an object property is an ordinary emoji', (t) => {
  const { reactions } = applyChanges('alice', text, [react(1, 'bob', '__proto__'), react(2, 'bob', 'constructor')]);
  t.deepEqual(Object.keys(reactions), ['__proto__', 'constructor']);
  t.is(({} as { bob?: unknown }).bob, undefined);
  for (const marks of [[react(1, 'bob', 'x')], []]) {
    const { reactions: some } = applyChanges('alice', text, marks);
    for (const word of ['toString', 'constructor', '__proto__']) t.is(some[word], undefined, word);
  }
});

test('attack: a former key of Bob removes no reaction of his current key, and is shown as a former key', (t) => {
  const former = (seq: number, on: boolean): MessageChange => ({
    ...react(seq, 'old', 'x', on),
    from: 'bob',
    formerKey: true,
  });
  const now = { ...react(1, 'new', 'x'), from: 'bob' };
  t.deepEqual({ ...applyChanges('alice', text, [now, former(2, false)]).reactions }, { x: ['bob'] });
  t.deepEqual({ ...applyChanges('alice', text, [now, former(2, true)]).reactions }, { x: ['bob', 'bob (former key)'] });
});
