import test from 'ava';
import { nameSkeleton } from '../../../src/protocol/base/name-keys.ts';
import { isName, printable, safeFileName } from '../../../src/protocol/base/safe-text.ts';
import { readVectors } from '../../helpers/protocol/vectors.ts';

/** A vector of text.json. */
type TextVector = {
  what: string;
  verdict: string;
  given: Partial<Record<'name' | 'path' | 'text', string>>;
  gives: Record<string, string>;
};

test('names, file names and printable text match the vectors', (t) => {
  for (const { what, verdict, given, gives } of readVectors<TextVector[]>('text')) {
    if (given.name !== undefined) {
      t.is(isName(given.name), verdict === 'accepted', given.name);
      t.is(nameSkeleton(given.name), gives.skeleton ?? '', given.name);
    } else if (given.path !== undefined) t.is(safeFileName(given.path), gives.fileName ?? '', given.path);
    else t.is(printable(given.text ?? '', { lines: true }), gives.printable ?? '', what);
  }
});
