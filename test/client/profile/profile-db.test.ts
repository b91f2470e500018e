import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { openProfileDb, type ProfileDb } from '../../../src/client/profile/profile-db.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const first = ['CREATE TABLE words (word TEXT PRIMARY KEY, bytes BLOB) STRICT'];
const second = ["INSERT INTO words VALUES ('migrated', x'01')"];

const file = async (t: ExecutionContext): Promise<string> => join(await temporaryFolder(t), 'profile.db');

async function open(t: ExecutionContext, path: string, migrations: string[][]): Promise<ProfileDb> {
  const db = await openProfileDb(path, migrations);
  t.teardown(() => db.close());
  return db;
}

test('rows are read as they were written', async (t) => {
  const db = await open(t, await file(t), [first]);
  t.deepEqual(await db.run('INSERT INTO words VALUES (?, ?)', ['a', Uint8Array.of(0, 255)]), { changes: 1 });
  const [row] = await db.all('SELECT * FROM words');
  t.is(row?.word, 'a');
  t.deepEqual(row?.bytes, Uint8Array.of(0, 255));
});

test('a transaction is carried out whole or not at all', async (t) => {
  const db = await open(t, await file(t), [first]);
  const insert = { sql: "INSERT INTO words VALUES ('a', NULL)" };
  await t.throwsAsync(db.transaction([insert, insert]), { message: /UNIQUE/ });
  t.deepEqual(await db.all('SELECT * FROM words'), []);
  await db.transaction([insert]);
  t.is((await db.all('SELECT * FROM words')).length, 1);
});

test('a full disk is reported in a sentence and leaves nothing of the transaction', async (t) => {
  const path = await file(t);
  const db = await open(t, path, [first]);
  await db.all('PRAGMA max_page_count = 40');
  const insert = { sql: 'INSERT INTO words VALUES (?, ?)' };
  const writes = [
    { ...insert, params: ['small', null] },
    { ...insert, params: ['big', new Uint8Array(1_000_000)] },
  ];
  const full = { instanceOf: ClientError, code: 'disk-full', message: /^the disk that holds .* is full; make room/ };
  const error = await t.throwsAsync(db.transaction(writes), full);
  t.true(error?.message.includes(dirname(path)));
  await t.throwsAsync(db.run(insert.sql, writes[1]?.params), full);
  t.deepEqual(await db.all('SELECT * FROM words'), []);
  await db.transaction(writes.slice(0, 1));
  t.is((await db.all('SELECT * FROM words')).length, 1);
});

test('an older file is migrated once', async (t) => {
  const path = await file(t);
  await (await open(t, path, [first])).close();
  await (await open(t, path, [first, second])).close();
  const db = await open(t, path, [first, second]);
  t.is((await db.all('SELECT word FROM words')).length, 1);
});

test('a migration that fails leaves the file as it was', async (t) => {
  const path = await file(t);
  await (await open(t, path, [first])).close();
  await t.throwsAsync(openProfileDb(path, [first, [...second, 'nonsense']]), { instanceOf: ClientError });
  const db = await open(t, path, [first]);
  t.deepEqual(await db.all('SELECT * FROM words'), []);
});

test('a newer file is refused with a sentence', async (t) => {
  const path = await file(t);
  await (await open(t, path, [first, second])).close();
  const error = await t.throwsAsync(openProfileDb(path, [first]), { instanceOf: ClientError, code: 'version' });
  t.regex(error?.message ?? '', /newer securechat \(version 2, this one knows 1\); update/);
});

test("two processes that open a new file make it once and see each other's rows", async (t) => {
  const path = await file(t);
  const [one, two] = await Promise.all([open(t, path, [first, second]), open(t, path, [first, second])]);
  await one?.run("INSERT INTO words VALUES ('b', NULL)");
  t.is((await two?.all('SELECT * FROM words'))?.length, 2);
});

test('after close() every statement is refused', async (t) => {
  const db = await open(t, await file(t), [first]);
  await db.close();
  await t.throwsAsync(db.all('SELECT 1'), { message: /closed/ });
});
