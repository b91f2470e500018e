import * as fs from 'node:fs/promises';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { addressText } from '../../../src/client/connection/dial.ts';
import { parseServer } from '../../../src/client/connection/server-address.ts';
import { ClientError } from '../../../src/client/errors.ts';
import { lastLogin, type SignedIn } from '../../../src/client/login/sign-in.ts';
import { Profile } from '../../../src/client/profile/profile.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { inlineOpaque, type Opaque } from '../../../src/protocol/crypto/opaque.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { acceptLink } from '../../../src/protocol/link/link-setup.ts';
import { fixtureSealKey } from '../../fixtures/keys.ts';
import { testDaemonId } from '../../helpers/client/client.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { quietAsk, signInAs } from '../../helpers/client/sign-in.ts';
import { writeFixtureKey } from '../../helpers/daemon/daemon.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { fastOpaque } from '../../helpers/protocol/fast-opaque.ts';
import { accepting } from '../../helpers/protocol/link-pair.ts';
import { startRelay } from '../../helpers/protocol/relay.ts';
import { startTcpServer } from '../../helpers/tcp-server.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** The encryption keys, newest first. */
const keysOf = (me: SignedIn) => me.keyring.encryptionKeys().map(({ ekFp, pkcs8 }) => [hex(ekFp), hex(pkcs8)]);

/** An RSA whose next pair is one that Alice never had. */
const renewing = { ...inlineRsa, generate: async () => fixtureSealKey('bob-encryption') };

const refused = { instanceOf: ClientError, code: 'login-refused' };

test.serial('an account is made, and this profile logs in again without a password', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  const steps: string[] = [];
  const ask = quietAsk({ progress: (step) => steps.push(step) });
  const first = await signInAs(t, { user: 'alice', server, profile, ask, password: 'secret', register: {} });
  const idFp = hex(first.keyring.me.idFp);
  t.deepEqual(steps, ['connect', 'keys', 'login', 'vault']);
  t.is(first.connection.state.state, 'online');
  await first.close();

  const again = await signInAs(t, { user: 'alice', server, profile });
  t.is(hex(again.keyring.me.idFp), idFp);
  t.is(again.lease.device, first.lease.device);
  t.is(again.connection.welcome.recordHash, null, 'a login by key');
  t.deepEqual(await lastLogin(await openProfile(t, profile), { server }), { user: 'alice' });
});

test.serial('a wrong password fails even with a stored key, and an unknown name fails alike', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  await (await signInAs(t, { user: 'alice', server, profile, password: 'secret', register: {} })).close();
  const wrong = await t.throwsAsync(signInAs(t, { user: 'alice', server, profile, password: 'wrong' }), refused);
  const unknown = await t.throwsAsync(signInAs(t, { user: 'bob', server, profile, password: 'secret' }), refused);
  t.is(wrong?.message, unknown?.message);
});

test.serial('name and password restore the keys in an empty profile', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const here = await signInAs(t, { user: 'alice', server, password: 'secret', register: {} });
  const there = await signInAs(t, { user: 'alice', server, password: 'secret' });
  t.deepEqual(keysOf(there), keysOf(here));
  t.is(hex(there.keyring.me.identity.pkcs8), hex(here.keyring.me.identity.pkcs8));
  t.not(there.lease.device, here.lease.device);
});

test.serial('with local keys, no other machine gets the keys', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  const made = { user: 'alice', server, profile, password: 'secret', register: { localKeys: true } } as const;
  await (await signInAs(t, made)).close();
  await signInAs(t, { user: 'alice', server, profile });
  await t.throwsAsync(signInAs(t, { user: 'alice', server, password: 'secret' }), {
    instanceOf: ClientError,
    code: 'refused',
    message: /only on the machine where the account was made/,
  });
});

test.serial('a taken name is refused and leaves nothing in the profile', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  await signInAs(t, { user: 'alice', server, password: 'secret', register: {} });
  const profile = join(await temporaryFolder(t), 'p');
  const late = signInAs(t, { user: 'alice', server, profile, password: 'other', register: {} });
  const error = await t.throwsAsync(late, { instanceOf: Refusal });
  t.is(error?.code, 'name-taken');
  t.deepEqual(await lastLogin(await openProfile(t, profile), { server }), {});
});

test.serial('a registration that was cut off before the vault is completed at the next login', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  const cut = quietAsk({
    progress: (step) => {
      if (step === 'vault') throw new Error('the power fails');
    },
  });
  const made = { user: 'alice', server, profile, password: 'secret', register: {}, ask: cut } as const;
  await t.throwsAsync(signInAs(t, made), { message: 'the power fails' });
  const again = await signInAs(t, { user: 'alice', server, profile, password: 'secret' });
  const elsewhere = await signInAs(t, { user: 'alice', server, password: 'secret' });
  t.deepEqual(keysOf(elsewhere), keysOf(again));
});

test.serial('the new password opens the vault, and the old one opens nothing', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const me = await signInAs(t, { user: 'alice', server, password: 'secret', register: {} });
  await t.throwsAsync(me.authenticator.changePassword('wrong', 'newer'), {
    ...refused,
    message: 'the current password is wrong',
  });
  await me.authenticator.changePassword('secret', 'newer');
  const there = await signInAs(t, { user: 'alice', server, password: 'newer' });
  t.deepEqual(keysOf(there), keysOf(me));
  await t.throwsAsync(signInAs(t, { user: 'alice', server, password: 'secret' }), refused);
});

test.serial('an interrupted change of password leaves the old one valid', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  const made = { user: 'alice', server, profile, password: 'secret' } as const;
  const me = await signInAs(t, { ...made, register: {} });
  await me.close();
  // The vault for the new password is stored, then the daemon refuses the record.
  const spoilt = {
    ...fastOpaque,
    clientRegisterFinish: async (...args: Parameters<Opaque['clientRegisterFinish']>) => ({
      ...(await fastOpaque.clientRegisterFinish(...args)),
      record: 'no record',
    }),
  };
  const again = await signInAs(t, made, { opaque: spoilt });
  await t.throwsAsync(again.authenticator.changePassword('secret', 'newer'), { instanceOf: Refusal });
  await again.close();
  await (await signInAs(t, made)).close();
  await signInAs(t, { user: 'alice', server, password: 'secret' });
});

test.serial('two programs share a profile: each is a device of its own, with one password', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  const one = await signInAs(t, { user: 'alice', server, profile, password: 'secret', register: {} });
  const two = await signInAs(t, { user: 'alice', server, profile });
  t.not(one.lease.device, two.lease.device);
  t.is(one.device, two.device);
  await Promise.all([one.close(), two.close()]);
});

test.serial('keys are renewed long before their card expires, and the vault with them', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  const first = await signInAs(t, { user: 'alice', server, profile, password: 'secret', register: {} });
  const before = first.keyring.me.card;
  await first.close();
  const later = { ...systemClock, now: () => Date.now() + 61 * 86_400_000 };
  const byKey = await signInAs(t, { user: 'alice', server, profile }, { clock: later });
  t.is(byKey.keyring.me.card.cardSeq, 2);
  t.is(hex(byKey.keyring.me.card.ekFp), hex(before.ekFp), 'without the password the key stays');
  await byKey.close();
  const muchLater = { ...systemClock, now: () => Date.now() + 122 * 86_400_000 };
  const byPassword = await signInAs(
    t,
    { user: 'alice', server, profile, password: 'secret' },
    { clock: muchLater, rsa: renewing },
  );
  t.is(byPassword.keyring.me.card.cardSeq, 3);
  t.not(hex(byPassword.keyring.me.card.ekFp), hex(before.ekFp));
  t.is(byPassword.keyring.encryptionKeys().length, 2);
  const elsewhere = await signInAs(t, { user: 'alice', server, password: 'secret' }, { clock: muchLater });
  t.deepEqual(keysOf(elsewhere), keysOf(byPassword));
});

test.serial('keys that were renewed on another machine need the password', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  await (await signInAs(t, { user: 'alice', server, profile, password: 'secret', register: {} })).close();
  const later = { ...systemClock, now: () => Date.now() + 61 * 86_400_000 };
  const elsewhere = await signInAs(t, { user: 'alice', server, password: 'secret' }, { clock: later, rsa: renewing });
  let asked = 0;
  const ask = quietAsk({
    password: async () => {
      asked += 1;
      return 'secret';
    },
  });
  const me = await signInAs(t, { user: 'alice', server, profile, ask }, { clock: later });
  t.is(asked, 1);
  t.deepEqual(keysOf(me), keysOf(elsewhere));
});

test.serial('a man in the middle that was trusted by mistake gets no session and no confirmed pin', async (t) => {
  const { at: daemon } = await openDaemon(t);
  await signInAs(t, { user: 'alice', server: daemon.join, password: 'secret', register: {} });
  const relay = await startRelay(t, daemon, testDaemonId);
  const server = `127.0.0.1:${relay.address.port}`;
  const profile = join(await temporaryFolder(t), 'p');
  for (let i = 0; i < 2; i++)
    await t.throwsAsync(signInAs(t, { user: 'alice', server, profile, password: 'secret' }), {
      instanceOf: ClientError,
      code: 'untrusted',
      message: /somebody|nobody intercepts/,
    });
  t.deepEqual(relay.read, ['login-start', 'login-finish', 'login-start', 'login-finish']);
  // Without a password nothing is sent either: the pin was never confirmed.
  await t.throwsAsync(signInAs(t, { user: 'alice', server, profile }), { instanceOf: ClientError, code: 'usage' });
  t.is(relay.read.length, 4);
});

test.serial('a registration through a man in the middle is noticed at its login', async (t) => {
  const { at: daemon } = await openDaemon(t);
  const relay = await startRelay(t, daemon, testDaemonId);
  const server = `127.0.0.1:${relay.address.port}`;
  await t.throwsAsync(signInAs(t, { user: 'alice', server, password: 'secret', register: {} }), {
    instanceOf: ClientError,
    code: 'untrusted',
  });
});

test.serial('a lost link logs in again by key, also after the daemon restarted', async (t) => {
  const { daemon, dir, at } = await openDaemon(t);
  const me = await signInAs(t, { user: 'alice', server: at.join, password: 'secret', register: {} });
  const online = new Promise<void>((done) => {
    me.connection.onOnline(() => done());
  });
  await daemon.stop();
  await openDaemon(t, { dir, flags: { port: String(at.port) } });
  await online;
  t.truthy(await me.connection.request('ping', {}));
});

test.serial('a server that falls silent after the handshake is given up', async (t) => {
  const clock = manualClock();
  let heard = () => {};
  const asked = new Promise<void>((done) => {
    heard = done;
  });
  const address = await startTcpServer(t, (socket) => {
    acceptLink(socket, accepting).then(
      (link) => {
        link.onMessage = heard;
      },
      () => {},
    );
  });
  const attempt = signInAs(t, { user: 'alice', server: addressText(address), password: 'secret' }, { clock });
  const failed = t.throwsAsync(attempt, {
    instanceOf: ClientError,
    code: 'unreachable',
    message: 'the connection was lost; try again',
  });
  await asked;
  clock.advance(25_000);
  await failed;
});

test.serial('a revoked ticket needs the password again', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  const me = await signInAs(t, { user: 'alice', server, profile, password: 'secret', register: {} });
  await me.close();
  const other = await signInAs(t, { user: 'alice', server, password: 'secret' });
  await other.connection.request('device-end', { device: null });
  await t.throwsAsync(signInAs(t, { user: 'alice', server, profile }), {
    code: 'usage',
    message: /password is needed/,
  });
});

test.serial('a legacy account gets its keys at its first login', async (t) => {
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, 'users.txt'), '# ours\nalice:secret\n', { mode: 0o600 });
  await writeFixtureKey(dir);
  const { join: server } = (await openDaemon(t, { dir })).at;
  t.notRegex(await readFile(join(dir, 'users.txt'), 'utf8'), /secret/);
  const profile = join(dir, 'profile');
  const first = { user: 'alice', server, password: 'secret', profile } as const;
  // The daemon of this test stretches passwords as usual.
  const agreed = { opaque: inlineOpaque };
  await t.throwsAsync(signInAs(t, first, agreed), { code: 'untrusted', message: /has no keys yet.*nothing was sent/ });
  const asked: string[] = [];
  const ask = quietAsk({
    confirm: async ({ kind }) => {
      asked.push(kind);
      return true;
    },
  });
  const me = await signInAs(t, { ...first, ask }, agreed);
  t.deepEqual(asked, ['no-keys']);
  t.truthy(await me.connection.request('people', { after: null }));
  await me.close();
  await (await signInAs(t, { user: 'alice', server, profile })).close();
  const there = await signInAs(t, { user: 'alice', server, password: 'secret' }, agreed);
  t.deepEqual(keysOf(there), keysOf(me));
  t.false(there.connection.welcome.mustRenew);
});

test.serial('the version of the vault never goes back', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  const made = { user: 'alice', server, profile, password: 'secret' } as const;
  await (await signInAs(t, { ...made, register: {} })).close();
  // As after the daemon was restored from a backup: this profile has seen version 9.
  const opened = await Profile.open(profile, fs, systemRandom);
  await opened.db.run('UPDATE accounts SET vault_version = 9');
  await opened.close();
  await (await signInAs(t, made)).close();
  const there = await signInAs(t, { user: 'alice', server, password: 'secret' });
  t.is(there.connection.welcome.vault?.version, 10);
});

test.serial('a server is given as an address or a join link', (t) => {
  t.deepEqual(parseServer('Chat.Example:1').address, { host: 'chat.example', port: 1 });
  t.throws(() => parseServer('http://x'), { instanceOf: ClientError, code: 'usage' });
});

test.serial('an invitation code that is too long is refused before keys are made', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const steps: string[] = [];
  const ask = quietAsk({ progress: (step) => steps.push(step) });
  const register = { invite: 'x'.repeat(65) };
  const attempt = signInAs(t, { user: 'alice', server, password: 'secret', register, ask });
  await t.throwsAsync(attempt, { instanceOf: ClientError, code: 'usage', message: /at most 64 characters/ });
  t.deepEqual(steps, ['connect']);
});
