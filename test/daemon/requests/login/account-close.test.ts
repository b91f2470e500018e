import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type ExecutionContext } from 'ava';
import { limitValues } from '../../../../src/daemon/limits/limits.ts';
import { connectTo, freshCard, loggedInClient, login, loginWithKey, register } from '../../../helpers/client/client.ts';
import { lobbyMember, lobbyNames } from '../../../helpers/client/lobby-member.ts';
import { type InProcessDaemon, openDaemon } from '../../../helpers/daemon/in-process-daemon.ts';
import { until } from '../../../helpers/until.ts';

const loginRefused = { code: 'login-refused' } as const;

/** Stops the daemon, runs `between` on its folder, and starts it again. */
async function restart(t: ExecutionContext, { daemon, dir }: InProcessDaemon, between: () => Promise<void>) {
  await daemon.stop();
  await between();
  return openDaemon(t, { dir });
}

function inDatabase<T>(dir: string, action: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(join(dir, 'securechat.db'));
  try {
    return action(db);
  } finally {
    db.close();
  }
}

const count = (dir: string, table: string) =>
  inDatabase(dir, (db) => Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n));

/** As the daemon stores it before it changes users.txt. */
const noteClosing = (dir: string, name: string, idFp: Uint8Array | null) =>
  inDatabase(dir, (db) => db.prepare('INSERT INTO closings (id_fp, name) VALUES (?, ?)').run(idFp, name));

async function withoutLine(dir: string, name: string) {
  const path = join(dir, 'users.txt');
  await writeFile(path, (await readFile(path, 'utf8')).replace(new RegExp(`^${name}:.*\n`, 'm'), ''));
}

test('an account is closed after a login by password, and nobody else is affected', async (t) => {
  const opened = await openDaemon(t);
  const alice = await lobbyMember(t, opened.at, 'alice', { device: 7 });
  const bob = await lobbyMember(t, opened.at, 'bob');
  const { lobby, ticket } = alice.welcome;
  if (ticket === null) throw new Error('a login by password gives a ticket');
  const byKey = await connectTo(t, opened.at);
  await loginWithKey(byKey, 'alice', ticket, 7);
  await t.throwsAsync(byKey.request('account-close', {}), { code: 'needs-password' });
  const second = await connectTo(t, opened.at);
  await login(second, 'alice', 'pw', 7);
  t.deepEqual(await second.request('account-close', {}), {});
  for (const { ended } of [alice.client, byKey, second]) await ended;
  t.deepEqual(
    alice.client.events.filter((event) => event === 'closing'),
    ['closing'],
  );
  t.deepEqual(await lobbyNames(bob.client, lobby), ['bob']);
  const { people } = await bob.client.request('people', { after: null });
  t.deepEqual(
    people.map(({ name }) => name),
    ['bob'],
  );
  await until(() => bob.client.events.includes('unregistered'));
  const seen = bob.client.events.slice(bob.client.events.lastIndexOf('presence'));
  t.true(seen.includes('unregistered'), 'no event comes after it that would list the name again');
  const again = await connectTo(t, opened.at);
  await t.throwsAsync(login(again, 'alice', 'pw'), loginRefused);
  await t.throwsAsync(loginWithKey(await connectTo(t, opened.at), 'alice', ticket, 7), loginRefused);
  await t.throwsAsync(bob.client.request('cards', { name: 'alice', from: 1 }), { code: 'no-such-user' });
});

test('the name is free again: another person takes it, and is in the lobby', async (t) => {
  const opened = await openDaemon(t);
  const { client } = await lobbyMember(t, opened.at, 'alice');
  const bob = await lobbyMember(t, opened.at, 'bob');
  await client.request('account-close', {});
  const other = await connectTo(t, opened.at);
  await register(other, 'carol', 'other', { name: 'alice' });
  t.notDeepEqual((await login(other, 'alice', 'other')).idFp, null);
  await t.throwsAsync(login(await connectTo(t, opened.at), 'alice', 'pw'), loginRefused);
  t.deepEqual(await lobbyNames(bob.client, bob.welcome.lobby), ['bob']);
});

test('the same keys may register the name again', async (t) => {
  const opened = await openDaemon(t);
  const card = await freshCard('alice');
  const first = await lobbyMember(t, opened.at, 'alice', { card });
  await first.client.request('account-close', {});
  const again = await lobbyMember(t, opened.at, 'alice', { card });
  t.deepEqual(await lobbyNames(again.client, again.welcome.lobby), ['alice']);
});

test('of two sessions that close the account at once, one does', async (t) => {
  const opened = await openDaemon(t);
  const { client } = await lobbyMember(t, opened.at, 'alice');
  const second = await connectTo(t, opened.at);
  await login(second, 'alice', 'pw', 7);
  const both = await Promise.allSettled([client, second].map(({ request }) => request('account-close', {})));
  t.true(both.some(({ status }) => status === 'fulfilled'));
  await until(() => opened.lines.some(({ evt }) => evt === 'user_deleted'));
  await opened.daemon.stop();
  for (const table of ['closings', 'devices']) t.is(count(opened.dir, table), 0, table);
});

test('crash: an account whose line is still there works as before', async (t) => {
  const opened = await openDaemon(t);
  const { welcome } = await lobbyMember(t, opened.at, 'alice');
  const { at, dir, daemon } = await restart(t, opened, async () => {
    noteClosing(opened.dir, 'alice', welcome.idFp);
  });
  const again = await connectTo(t, at);
  t.like(await login(again, 'alice', 'pw'), { name: 'alice' });
  t.deepEqual(await lobbyNames(again, welcome.lobby), ['alice']);
  await daemon.stop();
  t.is(count(dir, 'closings'), 0);
});

test('crash: when the line is gone, the start finishes the closing, also of the only account', async (t) => {
  const opened = await openDaemon(t);
  const { welcome } = await lobbyMember(t, opened.at, 'alice');
  const { at, dir, daemon, lines } = await restart(t, opened, async () => {
    t.is(count(opened.dir, 'devices'), 1);
    noteClosing(opened.dir, 'alice', welcome.idFp);
    await withoutLine(opened.dir, 'alice');
  });
  t.true(lines.some(({ evt, user }) => evt === 'user_deleted' && user === 'alice'));
  await t.throwsAsync(login(await connectTo(t, at), 'alice', 'pw'), loginRefused);
  const bob = await loggedInClient(t, at, 'bob');
  await t.throwsAsync(bob.request('members', { room: welcome.lobby, after: null }), { code: 'not-permitted' });
  await daemon.stop();
  for (const table of ['closings', 'vaults']) t.is(count(dir, table), 0, table);
  const gone = inDatabase(dir, (db) => db.prepare('SELECT id_fp, name, present FROM members').all());
  t.deepEqual(
    gone.map(({ name, present }) => `${name} ${present}`),
    ['alice 0'],
  );
  const devices = inDatabase(dir, (db) => db.prepare('SELECT id_fp FROM devices').all());
  t.is(devices.length, 1, "only Bob's is left");
});

test('crash: while users.txt is damaged, nothing of an account that is not in it is deleted', async (t) => {
  const opened = await openDaemon(t);
  const { welcome } = await lobbyMember(t, opened.at, 'alice');
  const { daemon, dir } = await restart(t, opened, async () => {
    noteClosing(opened.dir, 'alice', welcome.idFp);
    await withoutLine(opened.dir, 'alice');
    await writeFile(join(opened.dir, 'users.txt'), 'neither a comment nor an account\n', { flag: 'a' });
  });
  await daemon.stop();
  t.deepEqual([count(dir, 'closings'), count(dir, 'devices')], [1, 1]);
});

test('an account stays when its line cannot be removed', async (t) => {
  const opened = await openDaemon(t);
  const { client } = await lobbyMember(t, opened.at, 'alice');
  await writeFile(join(opened.dir, 'users.txt'), 'x:opaque9:abc\n', { flag: 'a' });
  await t.throwsAsync(client.request('account-close', {}), { code: 'internal' });
  t.is((await client.request('people', { after: null })).people.length, 1);
  await opened.daemon.stop();
  t.deepEqual([count(opened.dir, 'closings'), count(opened.dir, 'devices')], [0, 1]);
});

test('attack: an account that is made and closed again and again counts as departures from the room', async (t) => {
  const opened = await openDaemon(t);
  const bob = await lobbyMember(t, opened.at, 'bob');
  const card = await freshCard('alice');
  const { burst } = limitValues.leavesOfRoom;
  for (let n = 0; n < burst; n++) {
    const { client } = await lobbyMember(t, opened.at, 'alice', { card });
    await client.request('account-close', {});
  }
  const { client } = await lobbyMember(t, opened.at, 'alice', { card });
  await t.throwsAsync(client.request('account-close', {}), { code: 'rate-limited' });
  t.deepEqual(await lobbyNames(bob.client, bob.welcome.lobby), ['alice', 'bob']);
  await opened.daemon.stop();
  t.is(count(opened.dir, 'closings'), 0);
});
