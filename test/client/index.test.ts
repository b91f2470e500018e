import { join } from 'node:path';
import test from 'ava';
import manifest from '../../package.json' with { type: 'json' };
import { connect as connectWith } from '../../src/client/client.ts';
import { VERSION } from '../../src/client/connection/software.ts';
import * as door from '../../src/client/index.ts';
import { fixtureRsa, quietAsk } from '../helpers/client/sign-in.ts';
import { openDaemon } from '../helpers/daemon/daemon-inside.ts';
import { temporaryFolder } from '../helpers/folder.ts';
import { lightOpaque } from '../helpers/protocol/light-opaque.ts';

test('the door is what is promised, and no more', (t) => {
  t.deepEqual(Object.keys(door).sort(), ['ClientError', 'Refusal', 'connect', 'listen']);
});

test('the version is that of package.json', (t) => {
  t.is(VERSION, manifest.version);
});

test('a library user sends, and hears what arrives', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const dir = await temporaryFolder(t);
  const open = async (user: 'alice' | 'bob') => {
    const profile = join(dir, user);
    const options = { server, user, profile, password: 'secret', ask: quietAsk(), register: {} };
    const client = await connectWith(options, { opaque: lightOpaque, rsa: fixtureRsa(user) });
    t.teardown(() => client.close());
    return client;
  };
  const alice = await open('alice');
  const bob = await open('bob');
  const heard = door.listen(bob).next();
  await alice.send('@bob', 'hello <END>');
  const { value } = await heard;
  t.deepEqual([value?.from, value?.body], ['alice', { kind: 'text', text: 'hello <END>' }]);
});
