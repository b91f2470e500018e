import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { sealKeyExport } from '../../../src/protocol/account/key-export.ts';
import { openChat } from '../../helpers/screen/open-chat.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('.keys export asks for the password and a new passphrase, and shows the words once', async (t) => {
  const { say, key, store, calls } = await openChat(t);
  await say('.keys export /tmp/alice.scx');
  t.like(store.get().overlay, { kind: 'secrets', form: { do: 'export', path: '/tmp/alice.scx' } });
  const type = async (...texts: string[]) => {
    for (const text of texts) {
      store.dispatch({ type: 'typed', text });
      await key('enter');
    }
  };
  await type('my secret', 'short', 'short');
  const text = 'use 8 characters or more; a few words are easy to remember';
  t.like(store.get().overlay, { active: 1, error: { field: 1, text } });
  await key('ctrl+u');
  await type('short and long', ' and long');
  t.deepEqual(calls('exportKeys'), [['/tmp/alice.scx', 'my secret', 'short and long']]);
  const page = store.get().overlay;
  t.like(page, { kind: 'page', title: 'Export the keys' });
  const shown = page?.kind === 'page' ? page.lines.join(' ') : '';
  t.regex(shown, /^\/tmp\/alice\.scx: your keys and 2 pinned people/);
  t.is(shown.match(/abandon/g)?.length, 23);
  t.regex(shown, /they are shown only now.*keep them apart.*\.keys check \/tmp\/alice\.scx/);
  await key('escape');
  t.is(store.get().overlay, null);
});

test('the words are shown even if the form was closed while the export was made', async (t) => {
  const { say, key, store, client, settle } = await openChat(t);
  const made = Promise.withResolvers<Awaited<ReturnType<typeof client.exportKeys>>>();
  client.exportKeys = () => made.promise;
  await say('.keys export a.scx');
  for (const text of ['my secret', 'long enough', 'long enough']) {
    store.dispatch({ type: 'typed', text });
    await key('enter');
  }
  await key('escape');
  t.is(store.get().overlay, null);
  made.resolve({
    path: 'a.scx',
    words: 'one two',
    wordsFile: null,
    device: 9,
    deviceName: 'x',
    people: 0,
    localKeys: true,
  });
  await settle();
  const page = store.get().overlay;
  t.regex(page?.kind === 'page' ? page.lines.join(' ') : '', /one two.*the server has no copy of these keys/);
});

test('.keys rotate asks for the password; a wrong one is reported in its field', async (t) => {
  const { say, key, store, client, calls } = await openChat(t);
  await say('.keys rotate');
  store.dispatch({ type: 'typed', text: 'my secret' });
  await key('enter');
  t.deepEqual(calls('rotateKeys'), [['my secret']]);
  t.like(store.get().overlay, { kind: 'page', title: 'Make a new key' });
  await key('escape');
  client.rotateKeys = () => Promise.reject(new ClientError('login-refused', 'the current password is wrong'));
  await say('.keys rotate');
  await key('enter');
  t.like(store.get().overlay, { error: { field: 0, text: 'the password is wrong' } });
});

test('.keys check names a file that is no export before it asks, and a wrong passphrase or word in its field', async (t) => {
  const { say, key, store, notice, until } = await openChat(t);
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, 'other'), 'hello');
  for (const [file, said] of [
    ['other', /^this file is no export of securechat keys$/],
    ['none', /^the export .* does not exist$/],
  ] as const) {
    await say(`.keys check ${join(dir, file)}`);
    await until(() => said.test(notice()));
    t.is(store.get().overlay, null);
    await key('ctrl+u');
  }
  const secrets = { passphrase: 'long enough', entropy: new Uint8Array(32) };
  const cost = { memory: 32, passes: 1, lanes: 1 };
  await writeFile(join(dir, 'a.scx'), await sealKeyExport(new Uint8Array(5), secrets, systemRandom, cost));
  await say(`.keys check ${join(dir, 'a.scx')}`);
  await until(() => store.get().overlay?.kind === 'secrets');
  const error = () => {
    const { overlay } = store.get();
    return overlay?.kind === 'secrets' ? (overlay.error?.text ?? '') : '';
  };
  for (const [typed, said] of [
    ['something else', 'the passphrase does not open this export'],
    [`${'abandon '.repeat(22)}art`, 'there are 24 words, not 23'],
    ['abandom '.repeat(24), /^not a word of the list: "abandom" \(word 1\)/],
    // Right, but what is in it is no body of an export.
    ['long enough', 'the contents of the export are not valid'],
  ] as const) {
    await key('ctrl+u');
    store.dispatch({ type: 'typed', text: typed });
    await key('enter');
    await until(() => error() !== '');
    if (typeof said === 'string') t.is(error(), said);
    else t.regex(error(), said);
  }
});

test('an import is for the shell, and other words show the usage', async (t) => {
  const { say, notice, store, key } = await openChat(t);
  await say('.keys import a.scx');
  t.is(notice(), 'an import comes before the login: leave, and run securechat keys import FILE in the shell');
  for (const line of ['.keys', '.keys export', '.keys rotate now', '.keys burn a.scx']) {
    await key('ctrl+u');
    await say(line);
    t.regex(notice(), /^usage: \.keys export\|check\|rotate \[FILE\]/);
  }
  t.is(store.get().overlay, null);
});
