import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { loginByPassword } from '../../src/client/login/login-exchange.ts';
import { H, utf8 } from '../../src/protocol/base/bytes.ts';
import { Refusal, type RefusalCode } from '../../src/protocol/base/errors.ts';
import { inlineOpaque } from '../../src/protocol/crypto/opaque.ts';
import {
  connectTo,
  freshCard,
  loggedInClient,
  login,
  loginWithKey,
  register,
  testDaemonId,
} from '../helpers/client/client.ts';
import { writeFixtureKey } from '../helpers/daemon/daemon.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { fastOpaque } from '../helpers/protocol/fast-opaque.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { until } from '../helpers/until.ts';

const refused = (code: RefusalCode) => ({ instanceOf: Refusal, code }) as const;
/** How the client shows the daemon's one answer to any failed login. */
const loginRefused = { code: 'login-refused' } as const;
const room = new Uint8Array(32);

// Serial: each test starts its own daemon.
test.serial(
  'an account registers and logs in, and users.txt holds neither the password nor anything to guess it by',
  async (t) => {
    const { at, dir, lines } = await openDaemon(t);
    const client = await connectTo(t, at);
    const { idFp } = await register(client, 'alice', 'correct horse');
    const welcome = await login(client, 'alice', 'correct horse');
    t.like(welcome, { name: 'alice', mustRenew: false, localKeys: true });
    t.deepEqual(Buffer.from(welcome.idFp ?? []), Buffer.from(idFp));
    t.is(welcome.ticket?.length, 32);
    const users = await readFile(join(dir, 'users.txt'), 'utf8');
    t.regex(users, /^alice:opaque1:[\w-]+:[0-9a-f]{64}:local-keys$/m);
    await until(() => lines.some(({ evt, user }) => evt === 'authn_login_success' && user === 'alice'));
    t.notRegex(users + JSON.stringify(lines), /correct horse/);
  },
);

test.serial(
  'a wrong password and an unknown name give the same error, and the log names only existing accounts',
  async (t) => {
    const { at, lines } = await openDaemon(t);
    await register(await connectTo(t, at), 'alice', 'right');
    for (const name of ['alice', 'hunter2-typed-as-a-name']) {
      const client = await connectTo(t, at);
      await t.throwsAsync(login(client, name, 'wrong'), loginRefused);
      // A client that goes on whatever it computed.
      const { message } = await inlineOpaque.clientLogin('wrong');
      await client.request('login-start', { method: 'opaque1', name, message });
      await t.throwsAsync(client.request('login-finish', { message: 'A'.repeat(86) }), refused('login-refused'));
    }
    const failures = () => lines.filter(({ evt }) => evt === 'authn_login_fail');
    await until(() => failures().length >= 4);
    t.deepEqual(
      failures().map(({ user }) => user),
      // Twice each: the first client stopped after that.
      ['alice', 'alice', undefined, undefined],
    );
    t.notRegex(JSON.stringify(lines), /hunter2/);
  },
);

test.serial('an unknown name is always answered like a known one', async (t) => {
  const { at } = await openDaemon(t);
  const client = await connectTo(t, at);
  await register(client, 'alice', 'right');
  const { message } = await inlineOpaque.clientLogin('x');
  const ask = async (name: string) =>
    (await client.request('login-start', { method: 'opaque1', name, message })).message;
  const [known, unknown, again] = [await ask('alice'), await ask('nobody'), await ask('nobody')];
  t.is(unknown.length, known.length);
  t.is(again.length, known.length);
});

test.serial('taken, look-alike and malformed names are refused', async (t) => {
  const { at } = await openDaemon(t);
  const client = await connectTo(t, at);
  await register(client, 'alice', 'pw');
  await t.throwsAsync(register(client, 'bob', 'pw', { name: 'alice' }), refused('name-taken'));
  await t.throwsAsync(register(client, 'bob', 'pw', { name: 'a1ice' }), refused('name-look-alike'));
  for (const name of ['a:b', 'a\nb:opaque1:x', '', '#a']) {
    await t.throwsAsync(register(client, 'bob', 'pw', { name }), refused('bad-name'), JSON.stringify(name));
  }
  await register(client, 'bob', 'pw');
});

test("a record cannot add a line to users.txt, and another account's card is refused", async (t) => {
  const { at, dir } = await openDaemon(t);
  const client = await connectTo(t, at);
  const before = await readFile(join(dir, 'users.txt'), 'utf8');
  const start = async () => {
    const { message } = await inlineOpaque.clientRegister('pw');
    await client.request('register-start', { name: 'alice', message, invite: null });
  };
  const card = await freshCard('alice');
  await start();
  const evil = { record: `${'A'.repeat(32)}::\nroot:opaque1:x`, card, localKeys: true };
  await t.throwsAsync(client.request('register-finish', evil), refused('bad-request'));
  await start();
  const other = { record: 'A'.repeat(256), card: await freshCard('bob'), localKeys: true };
  await t.throwsAsync(client.request('register-finish', other), refused('bad-request'));
  await t.throwsAsync(client.request('register-finish', { ...other, card }), refused('bad-request'), 'not begun');
  t.is(await readFile(join(dir, 'users.txt'), 'utf8'), before);
});

test.serial('registration can be closed or by invitation', async (t) => {
  const { at: closed } = await openDaemon(t, { flags: { registration: 'closed' } });
  await t.throwsAsync(register(await connectTo(t, closed), 'alice', 'pw'), refused('registration-closed'));
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, 'invites.txt'), 'come-in-and-find-out\n');
  await writeFixtureKey(dir);
  const { at } = await openDaemon(t, { dir, flags: { registration: 'invite' } });
  const client = await connectTo(t, at);
  await t.throwsAsync(register(client, 'alice', 'pw'), refused('bad-invite'));
  await t.throwsAsync(register(client, 'alice', 'pw', { invite: 'come-in-and-find-0ut' }), refused('bad-invite'));
  await register(client, 'alice', 'pw', { invite: 'come-in-and-find-out' });
  await t.throwsAsync(register(client, 'bob', 'pw', { invite: 'come-in-and-find-out' }), refused('bad-invite'));
});

test.serial('no request is carried out before login', async (t) => {
  const { at } = await openDaemon(t);
  const client = await connectTo(t, at);
  await t.throwsAsync(client.request('people', { after: null }), refused('login-refused'));
  await t.throwsAsync(client.request('sessions', {}), refused('login-refused'));
  t.true((await client.request('ping', {})).at > 0);
});

test.serial('without a vault no other request is carried out until it is stored', async (t) => {
  const { at } = await openDaemon(t);
  const client = await connectTo(t, at);
  await register(client, 'alice', 'pw', { localKeys: false });
  const { recordHash, vault } = await login(client, 'alice', 'pw');
  t.is(vault, null);
  await t.throwsAsync(client.request('people', { after: null }), refused('needs-vault'));
  if (recordHash === null) throw new Error('a login by password tells the hash of the record');
  await client.request('vault-put', { recordHash, version: 1, vault: Uint8Array.of(1, 2, 3) });
  t.is((await client.request('people', { after: null })).people.length, 1);
  const again = await connectTo(t, at);
  t.like((await login(again, 'alice', 'pw')).vault, { version: 1 });
});

test.serial('a login by key needs the ticket of the device and the identity key, on this link', async (t) => {
  const { at } = await openDaemon(t);
  const first = await connectTo(t, at);
  await register(first, 'alice', 'pw');
  const { ticket } = await login(first, 'alice', 'pw', 7);
  if (ticket === null) throw new Error('a login by password gives a ticket');
  const second = await connectTo(t, at);
  t.like(await loginWithKey(second, 'alice', ticket, 7), { name: 'alice', recordHash: null, ticket: null });
  const { message } = await inlineOpaque.clientRegister('new');
  await t.throwsAsync(second.request('record-start', { message }), refused('needs-password'));
  const wrong = ticket.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
  for (const [device, used] of [
    [7, wrong],
    [8, ticket],
  ] as const) {
    await t.throwsAsync(loginWithKey(await connectTo(t, at), 'alice', used, device), loginRefused);
  }
  const other = await connectTo(t, at);
  const signature = new Uint8Array(384);
  await t.throwsAsync(
    other.request('login-key', { name: 'alice', device: 7, ticket, signature }),
    refused('login-refused'),
  );
  await t.throwsAsync(
    other.request('login-key', { name: 'nobody', device: 7, ticket, signature }),
    refused('login-refused'),
  );
});

test.serial('a second login is a second session, and a logged-out device needs the password again', async (t) => {
  const { at } = await openDaemon(t);
  const one = await connectTo(t, at);
  await register(one, 'alice', 'pw');
  await login(one, 'alice', 'pw', 1);
  const two = await connectTo(t, at);
  const { ticket } = await login(two, 'alice', 'pw', 2);
  const { sessions, devices } = await one.request('sessions', {});
  t.deepEqual(
    sessions.map(({ device, current }) => [device, current]),
    [
      [1, true],
      [2, false],
    ],
  );
  t.deepEqual(devices.map(({ device, name, address }) => [device, name, address]).sort(), [
    [1, 'device 1', '127.0.0.1'],
    [2, 'device 2', '127.0.0.1'],
  ]);
  t.deepEqual([one.events.includes('device-added'), two.events.includes('device-added')], [true, false]);
  t.deepEqual(await one.request('device-end', { device: null }), { ended: 1, exports: 0 });
  await two.ended;
  t.true(two.events.includes('closing'));
  await t.throwsAsync(loginWithKey(await connectTo(t, at), 'alice', ticket ?? room, 2), loginRefused);
  t.is((await one.request('sessions', {})).sessions.length, 1);
});

test.serial('attack: no name of a device brings controls to a list, or keeps the list from being read', async (t) => {
  const { at } = await openDaemon(t);
  const one = await connectTo(t, at);
  await register(one, 'alice', 'pw');
  const names = ['a\u001b[31m\nb', '\t'.repeat(64), '\u202e'.repeat(64)];
  for (const [index, deviceName] of names.entries()) {
    const who = { name: 'alice', password: 'pw', device: index + 1, deviceName, daemonId: testDaemonId };
    await loginByPassword((await connectTo(t, at)).calls, fastOpaque, who, async () => null);
  }
  await login(one, 'alice', 'pw', 9);
  const { devices } = await one.request('sessions', {});
  t.deepEqual(
    devices.map(({ name }) => name).sort(),
    ['device 9', 'a\ufffd[31m b', ' '.repeat(256), '\ufffd'.repeat(64)].sort(),
  );
});

test.serial('a legacy account logs in with its old password and can only renew', async (t) => {
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, 'users.txt'), `# old\nalice:${'pässword'.normalize('NFD')}\n`);
  await writeFixtureKey(dir);
  const { at } = await openDaemon(t, { dir });
  const client = await connectTo(t, at);
  const old = 'pässword'.normalize('NFC');
  t.like(await login(client, 'alice', old, 1, inlineOpaque), { mustRenew: true, idFp: null, ticket: null });
  await t.throwsAsync(client.request('people', { after: null }), refused('must-renew'));
  const begun = await inlineOpaque.clientRegister('new');
  const { message } = await client.request('record-start', { message: begun.message });
  const { record } = await fastOpaque.clientRegisterFinish('new', begun.state, message, testDaemonId);
  await t.throwsAsync(client.request('record-finish', { record, card: null }), refused('must-renew'));
  await client.request('record-start', { message: begun.message });
  await client.request('record-finish', { record, card: await freshCard('alice') });
  await t.throwsAsync(client.request('people', { after: null }), refused('needs-vault'));
  const recordHash = H('record', utf8(record));
  await client.request('vault-put', { recordHash, version: 1, vault: Uint8Array.of(1) });
  t.is((await client.request('people', { after: null })).people.length, 1);
  t.regex(await readFile(join(dir, 'users.txt'), 'utf8'), /^# old\nalice:opaque1:[\w-]+:[0-9a-f]{64}:\n$/);
  await t.throwsAsync(login(await connectTo(t, at), 'alice', old, 1, inlineOpaque), loginRefused);
  t.like(await login(await connectTo(t, at), 'alice', 'new'), { mustRenew: false });
});

test.serial('an account that its operator removes is logged out at a reload', async (t) => {
  const { at, dir, reload } = await openDaemon(t);
  const client = await loggedInClient(t, at, 'alice');
  await writeFile(join(dir, 'users.txt'), '# nobody\n');
  await reload();
  await client.ended;
  t.true(client.events.includes('closing'));
  await t.throwsAsync(login(await connectTo(t, at), 'alice', 'pw'), loginRefused);
});

test.serial('a record that claims 4 GiB ends its own link, and one slow login blocks no other', async (t) => {
  const { at, lines } = await openDaemon(t);
  const slow = await connectTo(t, at);
  const { message } = await inlineOpaque.clientLogin('x');
  await slow.request('login-start', { method: 'opaque1', name: 'somebody', message });
  const evil = await connectTo(t, at);
  evil.socket.write(Buffer.alloc(64, 0xff));
  await evil.ended;
  await loggedInClient(t, at, 'alice');
  t.true((await slow.request('ping', {})).at > 0, 'the slow one still has its time');
  const rejected = () => lines.find(({ evt }) => evt === 'input_validation_fail');
  await until(() => rejected() !== undefined);
  t.like(rejected(), { code: 'link' });
});
