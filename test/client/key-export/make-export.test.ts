import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { makeExport } from '../../../src/client/key-export/make-export.ts';
import { openContents, readKeyExport } from '../../../src/client/key-export/open-export.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { exported, passphrase } from '../../helpers/client/exports.ts';
import { signInAs } from '../../helpers/client/sign-in.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { patchedFileSystem, systemError } from '../../helpers/patched-file-system.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const made = { user: 'alice', password: 'secret', register: {} } as const;
const request = { password: 'secret', passphrase, words: false } as const;

// Serial: each test starts its own daemon.
test.serial('words go to a new private file, if one is named', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const me = await signInAs(t, { ...made, server });
  const dir = await temporaryFolder(t);
  const [path, wordsFile] = [join(dir, 'a.scx'), join(dir, 'words')];
  const done = await makeExport(me, { path, password: 'secret', passphrase: null, words: true, wordsFile });
  t.like(done, { path, wordsFile, words: null, people: 0, localKeys: false });
  t.is((await fs.stat(wordsFile)).mode & 0o777, 0o600);
  const file = await readKeyExport(fs, path);
  t.is((await openContents(file, { words: await fs.readFile(wordsFile, 'utf8') })).name, 'alice');
  await t.throwsAsync(openContents(file, { passphrase }), {
    code: 'refused',
    message: /has no passphrase; its 24 words/,
  });
});

test.serial('an export that fails leaves no file and no device', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const dir = await temporaryFolder(t);
  const wordsFile = join(dir, 'words');
  const full = patchedFileSystem((handle, path) =>
    path.endsWith('a.scx.part') ? { write: async () => Promise.reject(systemError('ENOSPC')) } : handle,
  );
  const me = await signInAs(t, { ...made, server }, { fs: full });
  const path = join(dir, 'a.scx');
  await t.throwsAsync(makeExport(me, { ...request, path, words: true, wordsFile }), { code: 'disk-full' });
  await t.throwsAsync(makeExport(me, { ...request, path, password: 'wrong' }), { code: 'login-refused' });
  await fs.writeFile(wordsFile, 'mine');
  await t.throwsAsync(makeExport(me, { ...request, path, words: true, wordsFile }), { code: 'usage' });
  const ending = new AbortController();
  ending.abort(new Error('Ctrl+C'));
  const aborted = makeExport(me, { ...request, path: join(dir, 'b.scx'), signal: ending.signal });
  await t.throwsAsync(aborted, { message: 'Ctrl+C' });
  t.deepEqual(await fs.readdir(dir), ['words']);
  const { devices } = await me.connection.request('sessions', {});
  t.deepEqual(
    devices.map(({ kind }) => kind),
    ['device'],
  );
});

test.serial('there are at most 16 exports, and the refusal says what to do', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const me = await signInAs(t, { ...made, server });
  const dir = await temporaryFolder(t);
  await me.authenticator.withPassword('secret', async ({ calls }) => {
    for (let device = 1; device <= 16; device += 1) await calls.request('ticket', { device, name: '', kind: 'export' });
  });
  const error = await t.throwsAsync(makeExport(me, { ...request, path: join(dir, 'a') }), { instanceOf: Refusal });
  t.like(error, { code: 'quota', message: 'there are 16 exports of this account: end one in the list of devices' });
  t.deepEqual(await fs.readdir(dir), []);
});

test.serial('the wrong secret, a mistyped word and a damaged file are told apart', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const me = await signInAs(t, { ...made, server });
  const { path, words } = await exported(t, me);
  const file = await readKeyExport(fs, path);
  const all = (words ?? '').split(' ');
  const wrong: [Parameters<typeof openContents>[1], string, RegExp][] = [
    [{ passphrase: 'another one' }, 'refused', /^the passphrase does not open this export$/],
    [{ words: `${'abandon '.repeat(23)}art` }, 'refused', /^these words do not open this export/],
    [{ words: all.with(4, 'secureschat').join(' ') }, 'usage', /not a word of the list: "secureschat" \(word 5\)/],
    [{ words: all.slice(1).join(' ') }, 'usage', /there are 24 words, not 23/],
  ];
  for (const [key, code, message] of wrong) await t.throwsAsync(openContents(file, key), { code, message });
  const bytes = await fs.readFile(path);
  await fs.writeFile(path, bytes.subarray(0, -1));
  await t.throwsAsync(readKeyExport(fs, path), { code: 'refused', message: /damaged or incomplete/ });
  await fs.writeFile(path, 'hello');
  await t.throwsAsync(readKeyExport(fs, path), { code: 'refused', message: /no export of securechat keys/ });
});
