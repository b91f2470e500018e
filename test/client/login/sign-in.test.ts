import { join } from 'node:path';
import test from 'ava';
import { addressText } from '../../../src/client/connection/dial.ts';
import { ClientError } from '../../../src/client/errors.ts';
import { lastLogin } from '../../../src/client/login/sign-in.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import type { Opaque } from '../../../src/protocol/crypto/opaque.ts';
import { acceptLink } from '../../../src/protocol/link/link-setup.ts';
import { testDaemonId } from '../../helpers/client/client.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { keysOf, quietAsk, signInAs } from '../../helpers/client/sign-in.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { fastOpaque } from '../../helpers/protocol/fast-opaque.ts';
import { accepting } from '../../helpers/protocol/link-pair.ts';
import { startRelay } from '../../helpers/protocol/relay.ts';
import { startTcpServer } from '../../helpers/tcp-server.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

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

test.serial('a taken name is refused and leaves nothing in the profile', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  await signInAs(t, { user: 'alice', server, password: 'secret', register: {} });
  const profile = join(await temporaryFolder(t), 'p');
  const late = signInAs(t, { user: 'alice', server, profile, password: 'other', register: {} });
  const error = await t.throwsAsync(late, { instanceOf: Refusal });
  t.is(error?.code, 'name-taken');
  t.deepEqual(await lastLogin(await openProfile(t, profile), { server }), {});
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

test.serial('an invitation code that is too long is refused before keys are made', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const steps: string[] = [];
  const ask = quietAsk({ progress: (step) => steps.push(step) });
  const register = { invite: 'x'.repeat(65) };
  const attempt = signInAs(t, { user: 'alice', server, password: 'secret', register, ask });
  await t.throwsAsync(attempt, { instanceOf: ClientError, code: 'usage', message: /at most 64 characters/ });
  t.deepEqual(steps, ['connect']);
});
