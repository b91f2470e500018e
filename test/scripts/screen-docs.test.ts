import { readFileSync } from 'node:fs';
import test from 'ava';
import { path, screenDocument } from '../../scripts/make-screen-docs.ts';

test('docs/SCREEN.md is what the tables say; npm run docs writes it', (t) => {
  t.is(readFileSync(path, 'utf8'), screenDocument());
});
