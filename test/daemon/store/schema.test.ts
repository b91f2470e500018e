import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { migrations, openDatabase } from '../../../src/daemon/store/schema.ts';
import { openSqliteStore } from '../../../src/daemon/store-thread/sqlite-store.ts';
import { alice, bob, bytes32, fetchParams, testNote } from '../../helpers/daemon/store.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** Written by the scripts of version 1; its content is never made anew. */
const VERSION_1 = new URL('../../fixtures/store-v1.db', import.meta.url);

const versionOf = (path: string) => {
  const db = new DatabaseSync(path);
  try {
    return db.prepare('PRAGMA user_version').get()?.user_version;
  } finally {
    db.close();
  }
};

test('a store of version 1 is migrated to the current version with all its rows', async (t) => {
  const path = join(await temporaryFolder(t), 'securechat.db');
  await copyFile(VERSION_1, path);
  t.is(versionOf(path), 1);
  const store = await openSqliteStore(path);
  const { entries, head } = await store.fetch(fetchParams());
  t.deepEqual(
    entries.map((entry) => [entry.seq, entry.at, entry.from, [...entry.bytes]]),
    [
      [1, 1_000_000, 'alice', [1, 2, 1]],
      [2, 1_000_000, 'alice', [1, 2, 2]],
    ],
  );
  t.is(head, 2);
  t.like((await store.conversations({ reader: bob.idFp, after: null }))[0], { with: 'alice', read: 1 });
  t.is((await store.vault({ idFp: alice.idFp, recordHash: bytes32(1) }))?.version, 1);
  t.is((await store.cards({ idFp: alice.idFp, from: 0 })).length, 1);
  t.is((await store.rooms({}))[0]?.name, '#lobby');
  t.like(await store.appendNote(testNote(2)), { seq: 2, duplicate: true });
  t.is((await store.appendNote(testNote(3))).seq, 3);
  const files = await store.files({ reader: bob.idFp, conversation: null, before: null });
  t.deepEqual(files, { files: [], more: false }, 'version 2 has files');
  await store.close();
  t.is(versionOf(path), migrations.length);
});

test('a store without an owner takes the first one and refuses all others', async (t) => {
  const path = join(await temporaryFolder(t), 'securechat.db');
  await copyFile(VERSION_1, path);
  const owner = { key: bytes32(1), setup: bytes32(2) };
  for (let start = 0; start < 2; start++) await (await openSqliteStore(path, { owner })).close();
  await t.throwsAsync(openSqliteStore(path, { owner: { ...owner, key: bytes32(3) } }), {
    message: /daemon\.key does not belong to .*securechat\.db: .*from one backup$/,
  });
  await t.throwsAsync(openSqliteStore(path, { owner: { ...owner, setup: bytes32(3) } }), {
    message: /opaque\.setup does not belong to .*securechat\.db: .*from one backup$/,
  });
  await (await openSqliteStore(path, { owner })).close();
});

test('a migration step that fails leaves the file as it was', async (t) => {
  const path = join(await temporaryFolder(t), 'securechat.db');
  const steps = ['CREATE TABLE one (a) STRICT', 'CREATE TABLE one (a INT) STRICT'];
  t.throws(() => openDatabase(path, [...steps]));
  t.is(versionOf(path), 0);
  openDatabase(path, ['CREATE TABLE one (a INT) STRICT']).close();
  t.throws(() => openDatabase(path, ['CREATE TABLE one (a INT) STRICT', 'INSERT INTO one VALUES (1); SELECT nothing']));
  t.is(versionOf(path), 1);
  const db = openDatabase(path, ['CREATE TABLE one (a INT) STRICT', 'ALTER TABLE one ADD COLUMN b INT']);
  t.is(db.prepare('SELECT count(*) AS n FROM one').get()?.n, 0);
  db.close();
});

test('a newer store is refused with a sentence and left alone', async (t) => {
  const path = join(await temporaryFolder(t), 'securechat.db');
  openDatabase(path, [...migrations, 'CREATE TABLE later (a INT) STRICT']).close();
  const before = await readFile(path);
  await t.throwsAsync(openSqliteStore(path), {
    message: /was written by a newer securechat-daemon .*install that one/,
  });
  t.deepEqual(await readFile(path), before);
});

test('a file that is not our store is refused with a sentence and left alone', async (t) => {
  const folder = await temporaryFolder(t);
  const other = join(folder, 'other.db');
  const db = new DatabaseSync(other);
  db.exec('CREATE TABLE theirs (a INT)');
  db.close();
  await t.throwsAsync(openSqliteStore(other), { message: /is not a securechat database/ });
  const text = join(folder, 'text.db');
  await writeFile(text, 'no database at all, but longer than a header would be. '.repeat(40));
  await t.throwsAsync(openSqliteStore(text), {
    message: /text.db is damaged or is no database; keep a copy, and restore/,
  });
  await t.throwsAsync(openSqliteStore(join(folder, 'missing', 'x.db')), {
    message: /x.db cannot be opened; check that its folder is there/,
  });
});
