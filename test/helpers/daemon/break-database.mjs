/**
 * Loaded into every thread of a daemon before its own code (node --import). Once the file $BREAK_DATABASE is there its word
 * says what goes wrong at the next commit: `sync` fails it as a disk does that cannot sync, `thread` ends the thread, `full`
 * fails those that would write, as a disk without room does.
 */
import { existsSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';

const SQLITE_IOERR_FSYNC = 1034;
const SQLITE_FULL = 13;
const trigger = process.env.BREAK_DATABASE ?? '';
const { prepare } = DatabaseSync.prototype;

if (!isMainThread) {
  DatabaseSync.prototype.prepare = function (sql) {
    const statement = prepare.call(this, sql);
    if (sql !== 'COMMIT') return statement;
    const changes = prepare.call(this, 'SELECT total_changes() AS n');
    let known = changes.get().n;
    return {
      run() {
        const writes = changes.get().n !== known;
        known = changes.get().n;
        if (!existsSync(trigger)) return statement.run();
        const word = readFileSync(trigger, 'utf8');
        if (word === 'full' && !writes) return statement.run();
        if (word === 'full') throw Object.assign(new Error('database or disk is full'), { errcode: SQLITE_FULL });
        if (word === 'thread') process.exit(3);
        throw Object.assign(new Error('disk I/O error'), { errcode: SQLITE_IOERR_FSYNC });
      },
    };
  };
}
