import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { SealedRows } from '../../../src/client/profile/sealed-rows.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { until } from '../../helpers/until.ts';

const run = promisify(execFile);
const WRITER = fileURLToPath(new URL('../../helpers/client/row-writer.ts', import.meta.url));

test('values are read in the next process, and removed ones are not', async (t) => {
  const profile = await openProfile(t);
  const rows = new SealedRows(profile);
  await rows.write(
    new Map<string, unknown>([
      ['a', { deep: [1, null] }],
      ['b', 'x'],
      ['', false],
    ]),
  );
  await rows.write(new Map([['b', undefined]]));
  const next = new SealedRows(await openProfile(t, profile.dir));
  t.is(await next.refresh(), 0);
  t.deepEqual(
    [...next.values].sort(),
    [
      ['a', { deep: [1, null] }],
      ['', false],
    ].sort(),
  );
});

test('the folder shows neither names nor values nor their lengths', async (t) => {
  const profile = await openProfile(t);
  const rows = new SealedRows(profile);
  await rows.write(
    new Map([
      ['blocked mallory', 'a secret text'],
      ['blocked al', 'b'],
    ]),
  );
  for (const file of readdirSync(profile.dir)) {
    const bytes = readFileSync(join(profile.dir, file)).toString('latin1');
    for (const word of ['mallory', 'blocked', 'secret']) t.false(bytes.includes(word), `${word} in ${file}`);
  }
  const lengths = await profile.db.all('SELECT DISTINCT length(sealed) AS bytes FROM sealed_rows');
  t.is(lengths.length, 1);
});

test('a row that is damaged or moved is counted and hides no other', async (t) => {
  const profile = await openProfile(t);
  const rows = new SealedRows(profile);
  for (const name of ['a', 'b', 'c']) await rows.write(new Map([[name, name]]));
  await profile.db.run("UPDATE sealed_rows SET sealed = x'0102' WHERE n = 1");
  await profile.db.run('UPDATE sealed_rows SET sealed = (SELECT sealed FROM sealed_rows WHERE n = 3) WHERE n = 2');
  const next = new SealedRows(profile);
  t.is(await next.refresh(), 2);
  t.deepEqual([...next.values], [['c', 'c']]);
  t.is(await next.refresh(), 0);
});

test('two processes that write at once lose nothing, and a third one reads all', async (t) => {
  const profile = await openProfile(t);
  const rows = new SealedRows(profile);
  void rows.watch(() => void rows.refresh().catch(() => {}));
  const counted = (word: string) => [...rows.values.keys()].filter((name) => name.startsWith(word)).length;
  const write = (word: string) => run(process.execPath, [WRITER, profile.dir, word, '40']);
  await Promise.all([write('one'), write('two')]);
  await until(() => counted('one ') === 40 && counted('two ') === 40);
  const next = new SealedRows(profile);
  t.is(await next.refresh(), 0);
  t.deepEqual([...next.values].sort(), [...rows.values].sort());
  t.is(next.values.size, 81);
  t.regex(String(next.values.get('the last')), /^(one|two) 40$/);
});
