import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { entriesOf, resolvePath } from '../../../src/tui/command-line/typed-paths.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('paths are read as typed, dropped or escaped', (t) => {
  t.is(resolvePath("'/tmp/a b'"), '/tmp/a b');
  t.is(resolvePath('/tmp/a\\ b'), '/tmp/a b');
  t.true(resolvePath('~/x').endsWith('/x'));
  t.false(resolvePath('~/x').includes('~'));
  t.is(resolvePath('../x', '/tmp/a'), '/tmp/x');
});

test('in a large folder only names with the typed beginning are looked at', async (t) => {
  const folder = await temporaryFolder(t);
  for (let i = 0; i < 2100; i++) writeFileSync(join(folder, `a${i}`), '');
  mkdirSync(join(folder, 'Zebra'));
  t.is((await entriesOf(folder)).left, 101);
  const { entries, left } = await entriesOf(folder, 'zeb');
  t.like(entries, [{ name: 'Zebra', folder: true }]);
  t.is(left, 0);
});

test('a name that is not UTF-8 is counted and not listed', async (t) => {
  const folder = await temporaryFolder(t);
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from('636166e92e747874', 'hex')]), 'x');
  writeFileSync(join(folder, 'caf\ufffd.md'), 'x');
  const { entries, left } = await entriesOf(folder);
  t.deepEqual(
    entries.map(({ name }) => name),
    ['caf\ufffd.md'],
  );
  t.is(left, 1);
});
