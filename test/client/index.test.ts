import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ChatClient } from '../../src/client/client.ts';
import type { Ask } from '../../src/client/connect-types.ts';
import * as library from '../../src/client/index.ts';
import { signIn } from '../../src/client/login/sign-in.ts';
import { KeyFile } from '../../src/client/profile/key-file.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { fixtureRsa, quietAsk } from '../helpers/client/sign-in.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { fastOpaque } from '../helpers/protocol/fast-opaque.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('the library exports exactly what is documented', (t) => {
  t.deepEqual(Object.keys(library).sort(), ['ClientError', 'Refusal', 'connect', 'listen']);
});

test('a user of the library sends messages and receives them', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const dir = await temporaryFolder(t);
  const open = async (user: 'alice' | 'bob') => {
    const profile = join(dir, user);
    const options = { server, user, profile, password: 'secret', ask: quietAsk(), register: {} };
    const client = await ChatClient.start(await signIn(options, { opaque: fastOpaque, rsa: fixtureRsa(user) }));
    t.teardown(() => client.close());
    return client;
  };
  const alice = await open('alice');
  const bob = await open('bob');
  const heard = library.listen(bob).next();
  await alice.send('@bob', 'hello <END>');
  const { value } = await heard;
  t.deepEqual([value?.from, value?.body], ['alice', { kind: 'text', text: 'hello <END>' }]);
});

test('a locked profile is opened with the answer to ask.passphrase', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'alice');
  const open = async (ask: Partial<Ask>) => {
    const options = { server, user: 'alice', profile, password: 'secret', ask: quietAsk(ask), register: {} };
    const client = await ChatClient.start(await signIn(options, { opaque: fastOpaque, rsa: fixtureRsa('alice') }));
    t.teardown(() => client.close());
    return client;
  };
  const client = await open({});
  t.is(await client.profileLock(), null);
  t.true(await client.checkPassphrase('anything'));
  const keyFile = new KeyFile(profile, fs, systemRandom, { memory: 64, passes: 1, lanes: 1 });
  await keyFile.replace(await keyFile.open(async () => null), { passphrase: 'correct horse', after: 60_000 });
  t.deepEqual(await client.profileLock(), { after: 60_000 });
  t.false(await client.checkPassphrase('anything'));
  t.true(await client.checkPassphrase('correct horse'));
  await client.close();

  await t.throwsAsync(open({}), { instanceOf: library.ClientError, code: 'usage' });
  await t.throwsAsync(open({ passphrase: async (isAgain) => (isAgain ? null : 'wrong') }), {
    instanceOf: library.ClientError,
    code: 'login-refused',
    message: 'the passphrase of the profile is wrong',
  });
  await t.throwsAsync(open({ passphrase: async () => 'correct horse' }), { code: 'name-taken' }, 'it was opened');
});
