/**
 * Loaded into every thread of a daemon before its own code (node --import). Once the file $BREAK_DATABASE is there its word
 * says what goes wrong at the next commit: `sync` fails it as a disk does that cannot sync, `thread` ends the thread.
 */
import { existsSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isMainThread } from 'node:worker_threads';

const SQLITE_IOERR_FSYNC = 1034;
const trigger = process.env.BREAK_DATABASE ?? '';
const { prepare } = DatabaseSync.prototype;

if (!isMainThread) {
  DatabaseSync.prototype.prepare = function (sql) {
    const statement = prepare.call(this, sql);
    if (sql !== 'COMMIT') return statement;
    return {
      run() {
        if (!existsSync(trigger)) return statement.run();
        if (readFileSync(trigger, 'utf8') === 'thread') process.exit(3);
        throw Object.assign(new Error('disk I/O error'), { errcode: SQLITE_IOERR_FSYNC });
      },
    };
  };
}
