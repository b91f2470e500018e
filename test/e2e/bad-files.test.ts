/** Missing files, things that are not files, bad names, changing files, and full disks. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, truncateSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import type { TransferState } from '../../src/client/types.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { eagerClock } from '../helpers/client/eager-clock.ts';
import { startDaemon } from '../helpers/daemon/daemon.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { accountsOn, PASSWORD, testAccounts } from '../helpers/daemon/test-accounts.ts';
import { jsonLines } from '../helpers/screen/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const MIB = 1024 * 1024;

test.serial('a file that cannot be sent gives exit status 2, and nothing of it is posted', async (t) => {
  const { as, dir } = await testAccounts(t);
  await mkdir(join(dir, 'folder'));
  await promisify(execFile)('mkfifo', [join(dir, 'pipe')]);
  await symlink('loop', join(dir, 'loop'));
  const cases: [string, RegExp][] = [
    ['missing.txt', /there is no file missing\.txt/],
    ['folder', /folder is a folder; send the files in it/],
    ['pipe', /not a regular file/],
    ['loop', /cannot be read/],
    ['folder/missing', /there is no file/],
  ];
  // Root can read everything.
  if (process.getuid?.() !== 0) {
    await writeFile(join(dir, 'locked'), 'x', { mode: 0 });
    cases.push(['locked', /may not be read; check its permissions/]);
  }
  for (const [path, sentence] of cases) {
    const { code, stdout, stderr } = await as('alice', ['upload', 'bob', path]);
    t.deepEqual([code, stdout], [2, ''], path);
    t.regex(stderr, sentence);
  }
  await writeFile(join(dir, 'x'), 'x');
  t.is((await as('alice', ['upload', 'nobody', 'x'])).code, 6);
  t.is((await as('bob', ['files'])).stdout, '');
});

test.serial('files with any name and size arrive intact, inside the folder, and overwrite nothing', async (t) => {
  const { at, dir: data } = await openDaemon(t);
  const { join: server } = at;
  const account = { server, password: PASSWORD, register: {} };
  const alice = await connectChat(t, { ...account, user: 'alice' });
  const bob = await connectChat(t, { ...account, user: 'bob' });
  const dir = await temporaryFolder(t);
  const out = join(dir, 'deep', 'out');
  const segment = randomBytes(256 * 1024);
  const contents: [string, Uint8Array][] = [
    ['a b.txt', Buffer.from('<END>\nlogin mallory x\n<END>')],
    ['empty', new Uint8Array()],
    ['one segment', segment],
    ['four segments', Buffer.concat([segment, segment, segment, segment])],
    ['CON', Buffer.from('con')],
    ['..\\users.txt', Buffer.from('not yours')],
    ['\u001b[31mred\u202egpj.exe', Buffer.from('escapes')],
    ['x'.repeat(255), Buffer.from('long')],
    ['-rf', Buffer.from('an option')],
  ];
  const users = await readFile(join(data, 'users.txt'), 'utf8');
  for (const [name, content] of contents) {
    await writeFile(join(dir, name), content);
    const sent = await alice.client.upload('@bob', join(dir, name));
    const path = await bob.client.download(sent, { dir: out });
    t.is(join(path, '..'), out, name);
    t.true((await readFile(path)).equals(content), name);
  }
  const saved = await readdir(out);
  t.is(saved.length, contents.length);
  for (const name of saved) {
    t.regex(name, /^[^\p{Cc}\p{Cf}/\\:*?"<>|]+$/u);
    t.notRegex(name, /^con(\.|$)/i);
    t.true(Buffer.byteLength(name) <= 255);
  }
  t.is(await readFile(join(data, 'users.txt'), 'utf8'), users);
});

test.serial('a file that changes while it is sent is not posted', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const account = { server, password: PASSWORD, register: {} };
  const alice = await connectChat(t, { ...account, user: 'alice' }, { clock: eagerClock() });
  const bob = await connectChat(t, { ...account, user: 'bob' });
  const dir = await temporaryFolder(t);
  // At once: a slower change may come after the last segment.
  for (const [name, change] of [
    ['grows', (path: string) => appendFileSync(path, 'more')],
    ['shrinks', (path: string) => truncateSync(path, 5)],
  ] as const) {
    const path = join(dir, name);
    await writeFile(path, randomBytes(4 * MIB));
    let changed = false;
    const onProgress = ({ done }: TransferState) => {
      if (done <= MIB || changed) return;
      changed = true;
      change(path);
    };
    await t.throwsAsync(alice.client.upload('@bob', path, { onProgress }), {
      code: 'usage',
      message: `${name} changed while it was sent, so nothing was posted; send it again`,
    });
    t.true(changed);
  }
  t.deepEqual(await bob.client.files(), []);
});

test.serial('a full disk of the receiver gives exit status 6, and the download resumes with room again', async (t) => {
  const { as, dir } = await testAccounts(t);
  const content = randomBytes(6 * MIB);
  await writeFile(join(dir, 'big.bin'), content);
  await as('alice', ['upload', 'bob', 'big.bin']);
  const under = ['prlimit', `--fsize=${4 * MIB}`];
  const full = await as('bob', ['download', 'big.bin', '--out', 'out'], { under });
  t.deepEqual([full.code, full.stdout], [6, ''], full.stderr);
  t.regex(full.stderr, /the disk is full; make room in .*out and repeat it to go on/);
  const [part, ...others] = await readdir(join(dir, 'out'));
  t.deepEqual(others, []);
  t.regex(String(part), /\.part$/);
  t.is((await as('bob', ['download', 'big.bin', '--out', 'out'])).code, 0);
  t.deepEqual(await readdir(join(dir, 'out')), ['big.bin']);
  t.true((await readFile(join(dir, 'out', 'big.bin'))).equals(content));
});

test.serial("a full disk of the daemon refuses one file; messages and other people's files go on", async (t) => {
  const { as, dir, daemon } = await accountsOn(t, await startDaemon(t));
  await promisify(execFile)('prlimit', [`--pid=${daemon.process.pid}`, `--fsize=${5 * MIB}:`]);
  await writeFile(join(dir, 'big.bin'), randomBytes(8 * MIB));
  await writeFile(join(dir, 'small.bin'), randomBytes(MIB));
  const full = await as('alice', ['upload', 'bob', 'big.bin']);
  t.is(full.code, 6, full.stderr);
  t.regex(full.stderr, /^securechat: the server's disk is full: tell its operator, then send it again/);
  t.is((await as('alice', ['send', 'bob', 'still here'])).code, 0);
  t.is((await as('alice', ['upload', 'bob', 'small.bin'])).code, 0);
  t.deepEqual(
    jsonLines(await as('bob', ['files', '--json'])).map(({ name }) => name),
    ['small.bin'],
  );
  await promisify(execFile)('prlimit', [`--pid=${daemon.process.pid}`, '--fsize=unlimited']);
  t.is((await as('alice', ['upload', 'bob', 'big.bin'])).code, 0);
});

test.serial("a file over the daemon's maximum is refused before a byte is stored", async (t) => {
  const { as, dir, daemon } = await testAccounts(t, ['alice', 'bob'], {
    flags: { 'max-file-size': '1M', quota: '1500K' },
  });
  await writeFile(join(dir, 'big.bin'), randomBytes(MIB + 1));
  await writeFile(join(dir, 'small.bin'), randomBytes(900 * 1024));
  t.is((await as('alice', ['upload', 'bob', 'big.bin'])).code, 6);
  t.deepEqual(await readdir(join(daemon.dir, 'server_files')), []);
  t.is((await as('alice', ['upload', 'bob', 'small.bin'])).code, 0);
  const quota = await as('alice', ['upload', 'bob', 'small.bin']);
  t.is(quota.code, 6);
  t.regex(quota.stderr, /^securechat: .+\n$/);
  t.is((await readdir(join(daemon.dir, 'server_files'))).length, 1);
});
