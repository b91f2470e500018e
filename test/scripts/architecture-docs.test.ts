import { readFile } from 'node:fs/promises';
import test from 'ava';
import { path, withTree } from '../../scripts/make-architecture-docs.ts';
import { readSources } from '../../scripts/sources.ts';

test('docs/ARCHITECTURE.md shows the folders as they are (npm run docs)', async (t) => {
  const document = await readFile(path, 'utf8');
  t.is(withTree(document, readSources()), document);
});

test('a document without the marks of the tree is refused', (t) => {
  t.throws(() => withTree('# Architecture', []), { message: /must hold/ });
});
