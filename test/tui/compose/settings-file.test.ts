import test from 'ava';
import * as fc from 'fast-check';
import { keptOf, type Leaves, leavesOf, merge, parseKept } from '../../../src/tui/compose/settings-file.ts';

const leaf = fc.constantFrom('settings bell', 'drafts #lobby', 'drafts @bob', 'muted #lobby', 'blocked constructor');
const leaves: fc.Arbitrary<Leaves> = fc.array(fc.tuple(leaf, fc.nat(2))).map((all) => new Map(all));

test('property: what was changed here is kept, all else is as the other window left it', (t) => {
  fc.assert(
    fc.property(leaves, leaves, leaves, (base, now, theirs) => {
      const merged = merge(base, now, theirs);
      for (const name of new Set([...base.keys(), ...now.keys(), ...theirs.keys()])) {
        const isChanged = now.get(name) !== base.get(name);
        t.is(merged.get(name), (isChanged ? now : theirs).get(name));
        t.is(merged.has(name), (isChanged ? now : theirs).has(name));
      }
    }),
  );
});

test('property: leaves are written as they were read, and other accounts stay as they are', (t) => {
  const text = fc.string({ minLength: 1 });
  const conversation = text.map((name) => `@${name}`);
  const lists = fc.uniqueArray(fc.oneof(text, fc.constant('__proto__')));
  fc.assert(
    fc.property(fc.dictionary(conversation, text), lists, lists, (drafts, muted, blocked) => {
      const of = <T>(mine: T, theirs: T) => ({ mine, theirs });
      const kept = parseKept({
        v: 1,
        settings: { theme: null, mouse: true, bell: false, desktop: true, desktopText: false, typing: true },
        drafts: of(drafts, { '#lobby': 'begun' }),
        muted: of(muted, ['#lobby']),
        blocked: of(blocked, ['mallory']),
      });
      t.deepEqual(keptOf(leavesOf(kept, 'mine'), 'mine', kept), kept);
    }),
  );
});
