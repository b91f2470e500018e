import test from 'ava';
import fc from 'fast-check';
import { SortedKeys } from '../../../src/daemon/accounts/sorted-keys.ts';

const compare = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

test('keys that are added and removed in any order stand sorted, each once', (t) => {
  const step = fc.tuple(fc.boolean(), fc.string({ maxLength: 3, unit: 'binary' }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.string({ maxLength: 3, unit: 'binary' }), (steps, after) => {
      const keys = new SortedKeys(compare);
      const plain = new Set<string>();
      for (const [adds, key] of steps) {
        keys[adds ? 'add' : 'delete'](key);
        plain[adds ? 'add' : 'delete'](key);
      }
      const expected = [...plain].sort(compare);
      const behind = expected.filter((key) => compare(key, after) > 0);
      const text = (list: Iterable<string>) => JSON.stringify([...list]);
      return text(keys.after(null)) === text(expected) && text(keys.after(after)) === text(behind);
    }),
    { seed: 7 },
  );
  t.pass();
});

test('a page of a hundred thousand keys takes a few dozen comparisons', (t) => {
  let compared = 0;
  const keys = new SortedKeys((a, b) => {
    compared += 1;
    return compare(a, b);
  });
  keys.reset(Array.from({ length: 100_000 }, (_, index) => `name${index}`));
  compared = 0;
  const page: string[] = [];
  for (const key of keys.after('name5')) if (page.push(key) === 1_000) break;
  t.is(page[0], 'name50');
  t.true(compared <= 20, `${compared}`);
});
