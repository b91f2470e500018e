/** The daemon is killed while somebody closes their account. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { connectTo, freshCard, login } from '../helpers/client/client.ts';
import { lobbyMember, lobbyNames } from '../helpers/client/lobby-member.ts';
import { startDaemon } from '../helpers/daemon/daemon.ts';

/** How long after the request the daemon is killed, in ms. A closing takes about 20 ms. Whenever it is, the rules below hold. */
const KILLED_AFTER = [0, 2, 4, 7, 11, 16, 30];

test('after kill -9 an account works as before, or everything of it is gone', async (t) => {
  t.timeout(120_000);
  let daemon = await startDaemon(t);
  const { dir } = daemon;
  const bob = await lobbyMember(t, daemon, 'bob');
  const card = await freshCard('alice');
  let alice = await lobbyMember(t, daemon, 'alice', { card });
  const ends: string[] = [];
  for (const ms of KILLED_AFTER) {
    const closed = alice.client.request('account-close', {}).then(
      () => true,
      () => false,
    );
    await new Promise((resolve) => setTimeout(resolve, ms));
    await daemon.stop('SIGKILL');
    const answered = await closed;
    const isListed = /^alice:/m.test(await readFile(join(dir, 'users.txt'), 'utf8'));
    t.false(answered && isListed, 'what was answered is done');

    daemon = await startDaemon(t, [], { dir });
    const db = new DatabaseSync(join(dir, 'securechat.db'), { readOnly: true });
    const idFp = alice.welcome.idFp;
    const rows = (table: string) =>
      Number(db.prepare(`SELECT count(*) AS n FROM ${table} WHERE id_fp = ?`).get(idFp)?.n);
    t.is(rows('closings'), 0);
    t.is(rows('devices'), isListed ? 1 : 0);
    db.close();
    const client = await connectTo(t, daemon);
    await login(client, 'bob', 'pw');
    t.deepEqual(await lobbyNames(client, bob.welcome.lobby), isListed ? ['alice', 'bob'] : ['bob']);
    const again = await connectTo(t, daemon);
    if (isListed) alice = { client: again, welcome: await login(again, 'alice', 'pw') };
    else {
      await t.throwsAsync(login(again, 'alice', 'pw'), { code: 'login-refused' });
      alice = await lobbyMember(t, daemon, 'alice', { card });
    }
    ends.push(`${ms} ms: ${isListed ? 'as before' : answered ? 'closed' : 'finished at the start'}`);
  }
  t.log(ends.join(', '));
});
