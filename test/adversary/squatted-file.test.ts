/** Mallory names the id of another's file before its own message arrives: neither file hides the other. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { openParts } from '../../src/client/client-parts.ts';
import { ClientLifecycle } from '../../src/client/lifecycle.ts';
import { fromHex, hex } from '../../src/protocol/base/bytes.ts';
import { joinLink } from '../../src/protocol/link/daemon-identity.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { signInAs } from '../helpers/client/sign-in.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { hostileDaemon } from './hostile-daemon.ts';

test.serial('a file whose id another person named before is still listed and downloaded', async (t) => {
  const daemon = await hostileDaemon(t);
  const server = joinLink('127.0.0.1', daemon.at.port, fromHex(daemon.at.fingerprint));
  const dir = await temporaryFolder(t);
  const account = { server, password: 'secret', register: {} } as const;
  const alice = await connectChat(t, { ...account, user: 'alice' });
  const bob = await connectChat(t, { ...account, user: 'bob' });
  const carol = new ClientLifecycle(await openParts(await signInAs(t, { ...account, user: 'carol' })));
  t.teardown(() => carol.end(0));
  await carol.start();

  const zeros = new Uint8Array(32);
  let named: string | null = null;
  daemon.script.answers['upload-open'] = async ({ params: { file: fileId }, honest }) => {
    if (named === null) {
      named = hex(fileId);
      const manifest = {
        fileId,
        size: 5,
        segSize: 65_536,
        count: 1,
        key: zeros,
        sha256: zeros,
        name: 'bait',
        type: '',
      };
      const ref = await carol.parts.conversations.named('#lobby');
      await carol.parts.myMessages.queue(ref, { kind: 'manifest', manifest });
      await bob.message('bait');
    }
    return honest();
  };
  await writeFile(join(dir, 'true.txt'), 'the true one');
  const truly = await alice.client.upload('#lobby', join(dir, 'true.txt'));
  t.is(named as string | null, truly.id);
  await bob.message('true.txt');
  t.deepEqual(
    (await bob.client.files()).map(({ name, from }) => [name, from]),
    [['true.txt', 'alice']],
  );
  t.is(await readFile(await bob.client.download(truly, { dir }), 'utf8'), 'the true one');

  // A daemon that lists both: neither is taken for the other.
  const ref = await carol.parts.conversations.named('#lobby');
  const bait = (await carol.parts.cache.page(ref.key, 0, 1e6, 100)).find(
    ({ body }) => body?.content.kind === 'manifest',
  );
  const baits = async () => {
    const { entries } = await carol.parts.context.connection.request('fetch', {
      conversation: ref.id,
      after: (bait?.seq ?? 0) - 1,
      before: null,
      limit: 1,
      newest: false,
      kinds: null,
    });
    return entries;
  };
  daemon.script.answers.files = async ({ honest }) => {
    const page = await honest();
    const [file] = page.files;
    return { ...page, files: [...page.files, { ...file, at: (file?.at ?? 0) - 1, entry: (await baits())[0] }] };
  };
  t.deepEqual(
    (await bob.client.files()).map(({ name, saved }) => [name, saved]),
    [
      ['true.txt', join(dir, 'true (2).txt')],
      ['bait', null],
    ],
    'what was saved is not taken for the other',
  );
  t.is(await readFile(await bob.client.download(truly, { dir }), 'utf8'), 'the true one');
  const baited = (await bob.client.files()).find(({ from }) => from === 'carol');
  if (baited === undefined) return t.fail('it is not listed');
  await t.throwsAsync(bob.client.download(baited, { dir }), {
    code: 'refused',
    message: /something else than this file/,
  });

  // A daemon that lists only the other file instead of the chosen one.
  daemon.script.answers.files = async ({ honest }) => {
    const page = await honest();
    const [file] = page.files;
    return { ...page, files: [{ ...file, entry: (await baits())[0] }] };
  };
  await t.throwsAsync(bob.client.download(truly, { dir }), {
    code: 'refused',
    message: /no conversation of yours holds/,
  });
});
