/** Where downloads are saved, and what is found there after a program ended at the worst moment. */
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { FileSystem } from '../../../src/platform/file-system.ts';
import type { Manifest } from '../../../src/protocol/sealed/file.ts';
import { openTransferProfile } from '../../helpers/client/transfer-profile.ts';
import {
  failsWith,
  type Receiver,
  receiver,
  segSize,
  sender,
  sentFile,
  withBob,
} from '../../helpers/client/transfer-sides.ts';
import type { FileDaemon } from '../../helpers/daemon/file-daemon.ts';
import { patchedFileSystem, systemError } from '../../helpers/patched-file-system.ts';

const onLinux = process.platform === 'linux' ? test : test.skip;

test('no file is overwritten and no name leaves the folder', async (t) => {
  const at = await sender(t);
  const { manifest } = await sentFile(at, 5);
  const out = join(at.dir, 'out');
  await fs.mkdir(out);
  await fs.writeFile(join(out, 'a file.bin'), 'mine');
  const bobs = receiver(t, at.daemon).transfers;
  t.is(await bobs.download(withBob, manifest, { dir: out }), join(out, 'a file (2).bin'));
  t.is(await bobs.download(withBob, manifest, { dir: out }), join(out, 'a file (3).bin'));
  t.is(await fs.readFile(join(out, 'a file.bin'), 'utf8'), 'mine');
  for (const name of ['../users.txt', '/etc/passwd', '..', 'CON', `${'x'.repeat(300)}.txt`, 'a\u001b[2Jb', '.bashrc']) {
    const path = await bobs.download(withBob, { ...manifest, name }, { dir: out });
    t.is(join(out, path.slice(out.length + 1)), path);
    t.false(path.slice(out.length + 1).includes('/'), name);
    t.is((await fs.readFile(path)).length, 5);
  }
});

test('a symbolic link in the place of the part is not followed', async (t) => {
  const at = await sender(t);
  const { manifest } = await sentFile(at, 5);
  const out = join(at.dir, 'out');
  await fs.mkdir(out);
  await fs.writeFile(join(at.dir, 'victim'), 'precious');
  await fs.symlink(join(at.dir, 'victim'), join(out, 'a file.bin.00000000.part'));
  const profile = { ...openTransferProfile(t), random: (size: number) => new Uint8Array(size) };
  const bob = receiver(t, at.daemon, { profile });
  await failsWith(t, bob.transfers.download(withBob, manifest, { dir: out }), 'usage', /in the way/);
  t.is(await fs.readFile(join(at.dir, 'victim'), 'utf8'), 'precious');
});

test('a full or read-only disk, missing permission and a missing folder are reported in sentences', async (t) => {
  const at = await sender(t);
  const { manifest } = await sentFile(at, 5);
  const failing = (code: string) =>
    patchedFileSystem(() => ({
      write: async () => {
        throw systemError(code);
      },
    }));
  const get = (code: string) =>
    receiver(t, at.daemon, { fs: failing(code) }).transfers.download(withBob, manifest, { dir: join(at.dir, 'out') });
  await failsWith(t, get('ENOSPC'), 'refused', /disk is full/);
  await failsWith(t, get('EACCES'), 'usage', /you may not write to .*out; change its permissions, or .*--out DIR$/);
  for (const [code, sentence] of [
    ['EROFS', /can only be read; choose another folder with --downloads DIR or --out DIR$/],
    ['EPERM', /you may not write to/],
    ['ENOENT', /^there is no folder .*nothing can be made in it; choose another folder/],
  ] as const) {
    const mkdir = () => Promise.reject(systemError(code));
    const bobs = receiver(t, at.daemon, { fs: { ...(fs as FileSystem), mkdir } }).transfers;
    await failsWith(t, bobs.download(withBob, manifest, { dir: join(at.dir, 'a', 'b') }), 'usage', sentence);
    t.deepEqual(await bobs.list(), []);
  }
  await fs.writeFile(join(at.dir, 'plain'), '');
  const bobs = receiver(t, at.daemon).transfers;
  await failsWith(t, bobs.download(withBob, manifest, { dir: join(at.dir, 'plain') }), 'usage', /not a folder/);
});

test('a download that does not fit on the disk is not started, and the sentence says how much is missing; a rest that fits is resumed', async (t) => {
  const at = await sender(t);
  const { manifest, bytes } = await sentFile(at, 4 * segSize);
  const out = join(at.dir, 'out');
  const free = { bytes: 3 * segSize };
  const statfs = async () => ({ bsize: 1, blocks: 1e9, bavail: free.bytes });
  const { transfers, wire } = receiver(t, at.daemon, { fs: { ...(fs as FileSystem), statfs } });
  const fetched = () => transfers.download(withBob, manifest, { dir: out });
  await failsWith(
    t,
    fetched(),
    'refused',
    /^a file\.bin needs 1.05 MB, and 786 kB are free in .*out; make room there, or choose/,
  );
  t.deepEqual(wire.asked, []);
  t.deepEqual(await fs.readdir(out), []);
  free.bytes = 4 * segSize;
  const stop = new AbortController();
  wire.onDown = (index) => {
    if (index === 2) stop.abort();
  };
  await failsWith(t, transfers.download(withBob, manifest, { dir: out, signal: stop.signal }), 'cancelled', /repeat/);
  const [part = ''] = await fs.readdir(out);
  free.bytes = manifest.size - (await fs.stat(join(out, part))).size;
  t.true((await fs.readFile(await fetched())).equals(bytes));
});

test('without hard links, the name is reserved and then replaced', async (t) => {
  const at = await sender(t);
  const { manifest, bytes } = await sentFile(at, 50);
  const fat: FileSystem = {
    ...(fs as FileSystem),
    link: async () => {
      throw systemError('EPERM');
    },
  };
  const out = join(at.dir, 'out');
  await fs.mkdir(out);
  await fs.writeFile(join(out, 'a file.bin'), 'mine');
  const path = await receiver(t, at.daemon, { fs: fat }).transfers.download(withBob, manifest, { dir: out });
  t.is(path, join(out, 'a file (2).bin'));
  t.true((await fs.readFile(path)).equals(bytes));
  t.deepEqual((await fs.readdir(out)).sort(), ['a file (2).bin', 'a file.bin']);
});

onLinux('a folder that the system never makes is refused at once', async (t) => {
  const at = await sender(t);
  const { manifest } = await sentFile(at, 5);
  const bobs = receiver(t, at.daemon).transfers;
  await failsWith(t, bobs.download(withBob, manifest, { dir: '/proc/no/such' }), 'usage', /nothing can be made in it/);
});

test('two profiles download one file into one folder, each into its own part', async (t) => {
  const at = await sender(t);
  const { manifest, bytes } = await sentFile(at, 20 * segSize);
  const out = join(at.dir, 'out');
  const [one, two] = [receiver(t, at.daemon), receiver(t, at.daemon)];
  const both = Promise.withResolvers<void>();
  one.wire.back = both.promise;
  one.wire.onDown = (index) => {
    if (index === 10 && one.wire.state.state === 'online') void one.wire.cut();
  };
  const first = one.transfers.download(withBob, manifest, { dir: out });
  two.wire.onDown = () => both.resolve();
  const second = two.transfers.download(withBob, manifest, { dir: out });
  t.deepEqual((await Promise.all([first, second])).sort(), [join(out, 'a file (2).bin'), join(out, 'a file.bin')]);
  for (const name of await fs.readdir(out)) t.true((await fs.readFile(join(out, name))).equals(bytes), name);
  t.is((await fs.readdir(out)).length, 2);
});

type Ending = (stop: () => Promise<never>) => Partial<FileSystem>;
const beforeUnlink: Ending = (stop) => ({ unlink: stop });
/** The moment at which the program ends. */
const endings: Record<string, Ending> = {
  'with the name of the part still there': beforeUnlink,
  'before it was forgotten that it was begun': (stop) => ({
    open: async (path, flags, mode) => (flags === 'r' ? stop() : fs.open(path, flags, mode)),
  }),
  'after a rename, without hard links': (stop) => ({
    link: () => Promise.reject(systemError('EPERM')),
    rename: async (from, to) => {
      await fs.rename(from, to);
      await stop();
    },
  }),
};
for (const [when, ending] of Object.entries(endings)) {
  test(`a program that ends while the file is named, ${when}, is found to have the whole file`, async (t) => {
    const at = await sender(t);
    const { manifest, bytes } = await sentFile(at, 2 * segSize);
    const out = join(at.dir, 'out');
    const path = join(out, 'a file.bin');
    const ended = () => endsIn(t, at.daemon, ending, { manifest, out });
    const next = receiver(t, at.daemon, { profile: (await ended()).profile });
    const [state, ...others] = await next.transfers.list();
    t.like(state, { direction: 'down', state: 'done', done: 2 * segSize, note: path });
    t.deepEqual(others, []);
    t.deepEqual(await next.transfers.list(), [], 'told once');
    t.deepEqual(await fs.readdir(out), ['a file.bin']);
    t.true((await fs.readFile(path)).equals(bytes));

    await fs.rm(out, { recursive: true });
    const repeated = receiver(t, at.daemon, { profile: (await ended()).profile });
    t.is(await repeated.transfers.download(withBob, manifest, { dir: out }), path);
    t.deepEqual(await fs.readdir(out), ['a file.bin']);
    t.is(repeated.wire.segmentsDown, 0);
  });
}

test('a part that became a file under another name is not written to', async (t) => {
  const at = await sender(t);
  const { manifest, bytes } = await sentFile(at, 4 * segSize + 100);
  const out = join(at.dir, 'out');
  const mine = join(out, 'mine.bin');
  const { profile } = await endsIn(t, at.daemon, beforeUnlink, { manifest, out });
  await fs.rename(join(out, 'a file.bin'), mine);
  const next = receiver(t, at.daemon, { profile });
  const stop = new AbortController();
  next.wire.onDown = (index) => {
    if (index === 2) stop.abort();
  };
  const [left] = await next.transfers.list();
  if (left === undefined) return t.fail();
  await failsWith(t, next.transfers.resume(left, { signal: stop.signal }, manifest), 'cancelled', /was stopped/);
  t.true((await fs.readFile(mine)).equals(bytes));
  const { note: path } = await next.transfers.resume(left, {}, manifest);
  t.true((await fs.readFile(path ?? '')).equals(bytes));
  t.deepEqual((await fs.readdir(out)).sort(), ['a file.bin', 'mine.bin']);
});

/** Runs Bob's download up to `ending`, where his program stops. */
async function endsIn(
  t: ExecutionContext,
  daemon: FileDaemon,
  ending: Ending,
  { manifest, out }: { manifest: Manifest; out: string },
): Promise<Receiver> {
  const reached = Promise.withResolvers<void>();
  const stop = () => {
    reached.resolve();
    return new Promise<never>(() => {});
  };
  const bob = receiver(t, daemon, { fs: { ...(fs as FileSystem), ...ending(stop) } });
  void bob.transfers.download(withBob, manifest, { dir: out });
  await reached.promise;
  return bob;
}
