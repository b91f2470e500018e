import { join } from 'node:path';
import test from 'ava';
import { ChatClient } from '../../src/client/client.ts';
import * as library from '../../src/client/index.ts';
import { signIn } from '../../src/client/login/sign-in.ts';
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
