/** The loss of commits is noticed, whatever happens to the write-ahead log of a killed daemon. */
import { copyFile, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { checkSeal, sealOf, standingOf } from '../../../src/daemon/store-thread/commit-seal.ts';
import { openSqliteStore } from '../../../src/daemon/store-thread/sqlite-store.ts';
import { bytes32, fetchParams, temporaryStore, testNote } from '../../helpers/daemon/store.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const NOTES = 12;

/** The files of a store whose process was killed after that many notes. */
async function killedStore(t: ExecutionContext) {
  const { store, path, time } = await temporaryStore(t);
  for (let n = 1; n <= NOTES; n++) {
    time.now += 60_000;
    await store.appendNote(testNote(n));
  }
  const copy = join(await temporaryFolder(t), 'securechat.db');
  const again = async () => {
    for (const end of ['', '-wal']) await copyFile(`${path}${end}`, `${copy}${end}`);
    await copyFile(sealOf(path), sealOf(copy));
    await rm(`${copy}-shm`, { force: true });
  };
  await again();
  return { path: copy, again, wal: await readFile(`${copy}-wal`) };
}

/** How many notes SQLite finds, and what the seal reports. */
function inspect(path: string): { notes: number; said: string | null } {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const notes = Number(db.prepare('SELECT count(*) AS n FROM entries').get()?.n);
    checkSeal(path, standingOf(db));
    return { notes, said: null };
  } catch (error) {
    return { notes: -1, said: (error as Error).message };
  } finally {
    db.close();
  }
}

test('a write-ahead log that was cut or changed anywhere is noticed, or lost nothing', async (t) => {
  const { path, again, wal } = await killedStore(t);
  t.deepEqual(inspect(path), { notes: NOTES, said: null });
  const damaged = fc.asyncProperty(fc.nat(wal.length - 1), fc.boolean(), async (at, cut) => {
    await again();
    if (cut) await truncate(`${path}-wal`, at);
    else
      await writeFile(
        `${path}-wal`,
        wal.map((byte, i) => (i === at ? byte ^ 1 : byte)),
      );
    const { notes, said } = inspect(path);
    if (said === null) t.is(notes, NOTES);
    else t.regex(said, /lacks its newest \d+ commits?: what was stored after (\d{4}-|the beginning).* up to .* UTC/);
  });
  await fc.assert(damaged, {
    seed: 12,
    numRuns: 60,
    examples: [
      [Math.floor(wal.length / 2), true],
      [0, true],
    ],
  });
});

test('a store with a loss does not open and leaves its files as they are; it opens without the seal', async (t) => {
  const { path, wal } = await killedStore(t);
  await truncate(`${path}-wal`, wal.length >> 1);
  const files = () => Promise.all([path, `${path}-wal`, sealOf(path)].map((file) => readFile(file)));
  const before = await files();
  await t.throwsAsync(openSqliteStore(path), {
    message: /lacks its newest .*to go on with what there is, remove .*seal$/,
  });
  t.deepEqual(await files(), before);
  await rm(sealOf(path));
  const store = await openSqliteStore(path);
  t.is((await store.appendNote(testNote(1))).duplicate, true);
  await store.close();
  t.is(inspect(path).said, null);
});

test('an older seal reports no loss, one torn line leaves the other, and another database is recognized', async (t) => {
  const { path, again } = await killedStore(t);
  const seal = await readFile(sealOf(path), 'latin1');
  const [even = '', odd = ''] = [seal.slice(0, 512), seal.slice(512)];
  const write = (text: string) => writeFile(sealOf(path), text, 'latin1');
  // The last commit is even, so the odd line is the one before it.
  await write(odd + odd);
  t.is(inspect(path).said, null);
  for (const torn of [`${even.slice(0, 40)}${'\0'.repeat(472)}${odd}`, even + odd.replace(/ \d/, ' x')]) {
    await write(torn);
    t.is(inspect(path).said, null);
  }
  await write('\0'.repeat(1024));
  t.regex(inspect(path).said ?? '', /securechat\.seal is damaged; restore it from a backup, or to go on/);
  await again();
  const other = await temporaryStore(t);
  await copyFile(sealOf(other.path), sealOf(path));
  t.regex(inspect(path).said ?? '', /is not the database that .*seal belongs to/);
});

test('a call that only reads is not counted as a commit', async (t) => {
  const { store, path } = await temporaryStore(t);
  await store.appendNote(testNote(1));
  const before = await readFile(sealOf(path));
  await store.rooms({});
  await t.throwsAsync(store.appendNote(testNote(5)), { code: 'order' });
  t.deepEqual(await readFile(sealOf(path)), before);
});

test('a damaged database is refused and its log left as it is', async (t) => {
  const { path, again } = await killedStore(t);
  const files = () => Promise.all([path, `${path}-wal`, sealOf(path)].map((file) => readFile(file)));
  for (const damage of [() => writeFile(path, 'hello'), () => truncate(path, 8192)]) {
    await again();
    await damage();
    const before = await files();
    const opened = openSqliteStore(path).then((store) => store.fetch(fetchParams({ conversation: bytes32(77) })));
    await t.throwsAsync(opened, { message: /securechat\.db is damaged.*restore it from a backup/ });
    t.deepEqual(await files(), before);
  }
});

test('an unreadable seal is named, and a half-written new one is ignored', async (t) => {
  const { path } = await killedStore(t);
  await rm(sealOf(path));
  await mkdir(sealOf(path));
  await t.throwsAsync(openSqliteStore(path), { message: /securechat\.seal cannot be read: .*remove it/ });
  await rm(sealOf(path), { recursive: true });
  await writeFile(`${sealOf(path)}.new`, 'securechat-se');
  const store = await openSqliteStore(path);
  t.is(inspect(path).said, null);
  await store.close();
});
