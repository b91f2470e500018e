import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { entriesOf, resolvePath } from '../../src/tui/folders.ts';
import { temporaryFolder } from '../helpers/folder.ts';

test('paths as they are typed, dropped and escaped', (t) => {
  t.is(resolvePath("'/tmp/a b'"), '/tmp/a b');
  t.is(resolvePath('/tmp/a\\ b'), '/tmp/a b');
  t.true(resolvePath('~/x').endsWith('/x'));
  t.false(resolvePath('~/x').includes('~'));
  t.is(resolvePath('../x', '/tmp/a'), '/tmp/x');
});

test('of a large folder those are looked at whose names begin so', async (t) => {
  const folder = await temporaryFolder(t);
  for (let i = 0; i < 2100; i++) writeFileSync(join(folder, `a${i}`), '');
  mkdirSync(join(folder, 'Zebra'));
  t.is((await entriesOf(folder)).left, 101);
  const { entries, left } = await entriesOf(folder, 'zeb');
  t.like(entries, [{ name: 'Zebra', folder: true }]);
  t.is(left, 0);
});
