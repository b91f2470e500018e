/** Somebody closes their account: what becomes of their other device, and what others see. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Doubt } from '../../src/client/connect-types.ts';
import { rotateKeys } from '../../src/client/login/account-changes.ts';
import { connectChat, lines, type TestChat, textOf } from '../helpers/client/chat.ts';
import { fixtureRsa, quietAsk, rsaInTurn, signInAs } from '../helpers/client/sign-in.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const password = 'secret';
const register = {};

const ended = ({ event }: TestChat) => event((one) => one.type === 'link' && one.link.state === 'closed');
const namesOf = async ({ client }: TestChat) => (await client.people()).map(({ name }) => name);
const textsOf = async ({ client }: TestChat, name: '@alice' | '#lobby') =>
  (await client.history(name)).messages.map(textOf);

async function folder(t: ExecutionContext, name: string) {
  return join(await temporaryFolder(t), name);
}

test.serial('the other device ends, others keep what they have, and nobody can write to the name', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const dir = await temporaryFolder(t);
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const tablet = await connectChat(t, { user: 'alice', server, password });
  await writeFile(join(dir, 'a.txt'), 'a file of hers');
  const { id, author } = await alice.client.upload('@bob', join(dir, 'a.txt'));
  await alice.client.send('@bob', 'hello', { until: 'delivered' });
  await alice.client.send('#lobby', 'hello all');
  await bob.message('hello all');

  await t.throwsAsync(alice.client.closeAccount('wrong'), { code: 'login-refused' });
  t.is(alice.client.link.state, 'online');
  await alice.client.closeAccount(password);
  const closed = { state: 'closed', reason: 'the account was closed', code: 'account-closed' } as const;
  t.deepEqual(alice.client.link, closed);
  t.deepEqual(await ended(tablet), { type: 'link', link: closed });

  await bob.event((event) => event.type === 'unregistered' && event.name === 'alice');
  t.deepEqual(await namesOf(bob), ['bob']);
  await t.throwsAsync(bob.client.send('@alice', 'too late'), { code: 'refused', message: /no user with that name/ });
  t.is((await bob.client.send('#lobby', 'she left')).state, 'sent');
  t.deepEqual(await textsOf(bob, '@alice'), ['a.txt', 'hello', 'too late']);
  t.true((await bob.client.download({ id, author }, { dir })).startsWith(dir));

  const laptop = await connectChat(t, { user: 'bob', server, password });
  t.deepEqual(await textsOf(laptop, '@alice'), ['a.txt', 'hello'], 'a new device of his can still check her signature');
  await t.throwsAsync(connectChat(t, { user: 'alice', server, password }), { code: 'login-refused' });
});

test.serial('the name is free: its next owner has another key, and others see that', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  await alice.client.send('@bob', 'hello', { until: 'delivered' });
  await alice.client.closeAccount(password);
  const rsa = fixtureRsa('carol');
  const other = await connectChat(t, { user: 'alice', server, password: 'other', register }, { rsa });
  await t.throwsAsync(bob.client.send('@alice', 'is it you?'), { code: 'key-changed' });
  t.like(await other.client.history('#lobby'), { messages: [] });
  t.is((await other.client.send('#lobby', 'a new alice')).state, 'sent');
});

test.serial('what waited for the closed account fails with a sentence, and the rest is sent', async (t) => {
  const { daemon, dir, at } = await openDaemon(t);
  const { port, join: server } = at;
  const [mine, hers] = [await folder(t, 'bob'), await folder(t, 'alice')];
  const bob = await connectChat(t, { user: 'bob', server, password, register, profile: mine });
  const alice = await connectChat(t, { user: 'alice', server, password, register, profile: hers });
  await bob.client.send('@alice', 'before', { until: 'delivered' });
  await alice.client.close();
  await daemon.stop();
  await bob.event((event) => event.type === 'link' && event.link.state === 'waiting');
  await bob.client.queue('@alice', 'for her');
  await bob.client.queue('#lobby', 'for all');
  await bob.client.close();
  await openDaemon(t, { dir, flags: { port: String(port) } });
  const back = await connectChat(t, { user: 'alice', server, profile: hers });
  await back.client.closeAccount(password);
  const again = await connectChat(t, { user: 'bob', server, profile: mine });
  await again.message('for all', ({ state }) => state === 'sent');
  const failed = await again.message('for her', ({ state }) => state === 'failed');
  t.is(failed.error, 'there is no user with that name');
  t.deepEqual(lines((await again.client.history('@alice')).messages), [
    'bob: before (delivered)',
    'bob: for her (failed)',
  ]);
});

test.serial('the profile of a closed account can register the name again', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = await folder(t, 'alice');
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const alice = await connectChat(t, { user: 'alice', server, password, register, profile });
  await alice.client.send('@bob', 'hello', { until: 'delivered' });
  await alice.client.closeAccount(password);
  await alice.client.close();
  const again = await connectChat(t, { user: 'alice', server, password: 'another', register, profile });
  t.is(again.client.me.fingerprint, alice.client.me.fingerprint);
  t.is((await again.client.send('@bob', 'me again', { until: 'delivered' })).state, 'delivered');
  t.is(textOf(await bob.message('me again')), 'me again');
  t.is((await again.client.send('#lobby', 'hello all')).state, 'sent');
});

test.serial('keys that were renewed are replaced by new ones only if the person agrees', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = await folder(t, 'alice');
  const account = { user: 'alice', server, password, profile } as const;
  await (await signInAs(t, { ...account, register })).close();
  const me = await signInAs(t, account, { rsa: rsaInTurn('bob-encryption', 'carol-encryption') });
  await me.authenticator.withPassword(password, rotateKeys);
  await me.closeAccount(password);
  await me.close();
  await t.throwsAsync(signInAs(t, { ...account, register }), {
    code: 'untrusted',
    message: /an earlier account alice/,
  });
  const rsa = rsaInTurn('bob-identity', 'bob-encryption', 'mallory-encryption');
  const asked: string[] = [];
  const confirm = async ({ kind }: Doubt) => asked.push(kind) > 0;
  const again = await signInAs(t, { ...account, register, ask: quietAsk({ confirm }) }, { rsa });
  t.deepEqual(asked, ['reset']);
  t.notDeepEqual(again.keyring.me.idFp, me.keyring.me.idFp);
});

test.serial('an account that the operator takes out of users.txt leaves the list of the others, too', async (t) => {
  const { at, dir, reload } = await openDaemon(t);
  const bob = await connectChat(t, { user: 'bob', server: at.join, password, register });
  const alice = await connectChat(t, { user: 'alice', server: at.join, password, register });
  await alice.client.send('#lobby', 'hello all');
  const users = join(dir, 'users.txt');
  await writeFile(users, (await readFile(users, 'utf8')).replace(/^alice:.*\n/m, ''));
  await reload();
  await bob.event((event) => event.type === 'unregistered' && event.name === 'alice');
  t.deepEqual(await namesOf(bob), ['bob']);
  const closed = await ended(alice);
  t.like(closed, { link: { code: 'login-refused' } }, 'she is not told that she closed it');
});
