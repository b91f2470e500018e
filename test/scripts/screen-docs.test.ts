import { readFileSync } from 'node:fs';
import test from 'ava';
import { path, screenDocument } from '../../scripts/make-screen-docs.ts';

test('docs/SCREEN.md is up to date (npm run docs)', (t) => {
  t.is(readFileSync(path, 'utf8'), screenDocument());
});
