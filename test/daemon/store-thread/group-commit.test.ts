import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type ExecutionContext } from 'ava';
import { openDatabase } from '../../../src/daemon/store/schema.ts';
import { BrokenDatabase, type Call, checkBroken, GroupCommit } from '../../../src/daemon/store-thread/group-commit.ts';
import { operations } from '../../../src/daemon/store-thread/operations.ts';
import { fetchParams, testNote } from '../../helpers/daemon/store.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const append = (n: number, size = 3): Call => ({
  name: 'appendNote',
  params: testNote(n, { bytes: new Uint8Array(size).fill(n) }),
  now: 1000,
});
const fetchAll: Call = { name: 'fetch', params: fetchParams(), now: 1000 };

async function database(t: ExecutionContext): Promise<{ db: DatabaseSync; path: string }> {
  const path = join(await temporaryFolder(t), 'securechat.db');
  const db = openDatabase(path);
  t.teardown(() => db.close());
  return { db, path };
}

/** How many entries another connection sees, which are the committed ones. */
function committed(path: string): number {
  const other = new DatabaseSync(path, { readOnly: true });
  try {
    return Number(other.prepare('SELECT count(*) AS n FROM entries').get()?.n);
  } finally {
    other.close();
  }
}

test('every commit is synced to disk', async (t) => {
  const { db } = await database(t);
  t.is(db.prepare('PRAGMA journal_mode').get()?.journal_mode, 'wal');
  t.is(db.prepare('PRAGMA synchronous').get()?.synchronous, 2);
});

test('one commit holds a whole batch, and its results exist only afterwards', async (t) => {
  const { db, path } = await database(t);
  const seen: number[] = [];
  const watched = {
    ...operations,
    appendNote: (...args: Parameters<typeof operations.appendNote>) => {
      const result = operations.appendNote(...args);
      seen.push(committed(path));
      return result;
    },
  };
  const outcomes = new GroupCommit(db, watched).run([append(1), append(2), append(3)]);
  t.deepEqual(seen, [0, 0, 0], 'nothing is committed while the batch is under way');
  t.is(committed(path), 3, 'all is committed when there are outcomes');
  t.true(outcomes.every((outcome) => 'result' in outcome));
});

test('a commit that fails answers nothing as done', async (t) => {
  const { db, path } = await database(t);
  const commits = new GroupCommit(db, operations);
  t.true('result' in (commits.run([append(1)])[0] ?? {}));
  const reader = new DatabaseSync(path);
  t.teardown(() => reader.close());
  db.exec('PRAGMA busy_timeout = 0');
  reader.exec('BEGIN IMMEDIATE');
  const outcomes = commits.run([append(2), append(3)]);
  t.true(outcomes.every((outcome) => 'error' in outcome));
  reader.exec('ROLLBACK');
  t.is(committed(path), 1);
  t.true('result' in (commits.run([append(2)])[0] ?? {}));
});

test('a refused call and a broken one leave no rows, and do not affect the others of their batch', async (t) => {
  const { db, path } = await database(t);
  const broken = {
    ...operations,
    vault: (tx: Parameters<typeof operations.vault>[0]) => {
      operations.appendNote(tx, testNote(2));
      throw new Error('a bug');
    },
  };
  const outcomes = new GroupCommit(db, broken).run([
    append(1),
    append(5),
    { name: 'vault', params: {}, now: 1 },
    append(2),
  ]);
  t.deepEqual(
    outcomes.map((outcome) => Object.keys(outcome)[0]),
    ['result', 'refusal', 'error', 'result'],
  );
  t.is(committed(path), 2);
});

test('a full disk refuses what does not fit and stores what fits, and recovers', async (t) => {
  const { db, path } = await database(t);
  const commits = new GroupCommit(db, operations);
  commits.run([append(1)]);
  const pages = Number(db.prepare('PRAGMA page_count').get()?.page_count);
  db.exec(`PRAGMA max_page_count = ${pages + 2}`);
  const outcomes = commits.run([append(2, 100_000), append(2), fetchAll]);
  t.like(outcomes[0], { refusal: { code: 'disk-full' } });
  t.like(outcomes[1], { result: { seq: 2 } });
  t.is((outcomes[2] as { result: { entries: unknown[] } }).result.entries.length, 2);
  t.like(commits.run([append(3, 100_000)])[0], { refusal: { code: 'disk-full' } });
  t.is(committed(path), 2);
  db.exec('PRAGMA max_page_count = 1000000');
  t.like(commits.run([append(3, 100_000)])[0], { result: { seq: 3 } });
  t.is(db.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok');
});

test('after a disk error nothing is retried and nothing is answered', async (t) => {
  const { db, path } = await database(t);
  let commits = 0;
  const failing = {
    exec: (sql: string) => db.exec(sql),
    prepare: (sql: string) => {
      const statement = db.prepare(sql);
      if (sql !== 'COMMIT') return statement;
      return {
        run() {
          commits += 1;
          throw Object.assign(new Error('disk I/O error'), { errcode: 1034 });
        },
      };
    },
  } as unknown as DatabaseSync;
  t.throws(() => new GroupCommit(failing, operations).run([append(1), append(2)]), { instanceOf: BrokenDatabase });
  t.is(commits, 1);
  t.is(committed(path), 0);
});

test('some SQLite errors end the store, others do not', (t) => {
  const withCode = (errcode: number) => Object.assign(new Error('x'), { errcode });
  // A failed read, a failed sync of the file and of its folder, a damaged database, a database that was moved away.
  for (const code of [10, 266, 1034, 1290, 11, 26, 1032])
    t.throws(() => checkBroken(withCode(code)), undefined, `${code}`);
  // The four kinds of full, a lock of another program, a violated constraint, and an error that is not SQLite's.
  for (const code of [13, 778, 1546, 4874, 5, 6, 19]) t.notThrows(() => checkBroken(withCode(code)), `${code}`);
  t.notThrows(() => checkBroken(new TypeError('a bug')));
});
