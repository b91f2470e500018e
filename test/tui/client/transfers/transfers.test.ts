import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type Manifest, SEGMENT_OVERHEAD } from '../../../../src/protocol/file.ts';
import type { FileSystem } from '../../../../src/protocol/seams.ts';
import { ClientError } from '../../../../src/tui/client/errors.ts';
import { stopReason } from '../../../../src/tui/client/transfers/stop.ts';
import { Transfers } from '../../../../src/tui/client/transfers/transfers.ts';
import type { TransferState } from '../../../../src/tui/client/types.ts';
import { alice, bob, conversation, type FileDaemon, openFileDaemon } from '../../../helpers/file-daemon.ts';
import { FakeWire } from '../../../helpers/file-wire.ts';
import { temporaryFolder } from '../../../helpers/folder.ts';
import { openTransferProfile } from '../../../helpers/transfer-profile.ts';

const segSize = 262_144;
const place = { id: conversation, name: '@bob' } as const;
/** More than the daemon's window, and not a multiple of anything. */
const BIG = 80 * segSize + 12_345;

type Setting = { daemon: FileDaemon; dir: string; wire: FakeWire; transfers: Transfers };

async function setting(t: ExecutionContext, more: { fs?: FileSystem } = {}): Promise<Setting> {
  const daemon = await openFileDaemon(t);
  const wire = new FakeWire(t, daemon);
  const transfers = new Transfers({ connection: wire, profile: openTransferProfile(t, more.fs), me: alice.idFp });
  return { daemon, dir: await temporaryFolder(t), wire, transfers };
}

async function fileOf(dir: string, size: number, name = 'a file.bin'): Promise<{ path: string; bytes: Buffer }> {
  const path = join(dir, name);
  const bytes = randomBytes(size);
  await fs.writeFile(path, bytes);
  return { path, bytes };
}

/** Bob's side, of another process. */
function receiver(t: ExecutionContext, daemon: FileDaemon, more: { fs?: FileSystem } = {}) {
  const wire = new FakeWire(t, daemon, bob.idFp);
  return {
    wire,
    transfers: new Transfers({ connection: wire, profile: openTransferProfile(t, more.fs), me: bob.idFp }),
  };
}

async function sent(at: Setting, size: number, name?: string): Promise<{ manifest: Manifest; bytes: Buffer }> {
  const { path, bytes } = await fileOf(at.dir, size, name);
  const { manifest } = await at.transfers.upload(place, path);
  await at.daemon.list(manifest.fileId);
  return { manifest, bytes };
}

const fails = (t: ExecutionContext, doing: Promise<unknown>, code: string, message: RegExp) =>
  t.throwsAsync(doing, { instanceOf: ClientError, code, message });

for (const size of [0, 1, segSize - 1, segSize, segSize + 1, BIG]) {
  test(`a file of ${size} bytes goes up and down`, async (t) => {
    const at = await setting(t);
    const { manifest, bytes } = await sent(at, size);
    t.like(manifest, { size, name: 'a file.bin', segSize });
    t.deepEqual(Buffer.from(manifest.sha256), createHash('sha256').update(bytes).digest());
    const out = join(at.dir, 'out');
    const states: TransferState[] = [];
    const path = await receiver(t, at.daemon).transfers.download({ ...place, name: '@alice' }, manifest, {
      dir: out,
      onProgress: (state) => states.push(state),
    });
    t.is(path, join(out, 'a file.bin'));
    t.true((await fs.readFile(path)).equals(bytes));
    t.deepEqual(await fs.readdir(out), ['a file.bin'], 'no part is left');
    t.like(states.at(-1), { state: 'done', done: size, note: path, rate: 0 });
  });
}

test('what the daemon has of a file tells nothing about it', async (t) => {
  const at = await setting(t);
  const path = join(at.dir, 'zeros');
  await fs.writeFile(path, Buffer.alloc(1000));
  const { manifest } = await at.transfers.upload(place, path);
  const stored = await fs.readFile(join(at.daemon.dir, Buffer.from(manifest.fileId).toString('hex')));
  t.is(stored.length, 1028);
  t.false(stored.includes(Buffer.alloc(8)));
});

test('lost links in the middle cost nothing but time, both ways', async (t) => {
  const at = await setting(t);
  let cuts = 0;
  at.wire.onUp = (index) => {
    if (![20, 50].includes(index) || cuts > 3) return;
    cuts += 1;
    void at.wire.cut();
  };
  const { manifest, bytes } = await sent(at, BIG);
  t.true(cuts >= 2);
  const { wire, transfers } = receiver(t, at.daemon);
  let lost = 0;
  wire.onDown = (index) => {
    if (index !== 30 || lost > 0) return;
    lost += 1;
    void wire.cut();
  };
  const path = await transfers.download(place, manifest, { dir: join(at.dir, 'out') });
  t.is(lost, 1);
  t.true((await fs.readFile(path)).equals(bytes));
  t.true(wire.segmentsDown <= manifest.count + 35, 'it went on and did not begin again');
});

test('a restarted daemon goes on where the disk stands', async (t) => {
  const at = await setting(t);
  let restarted: Promise<unknown> | null = null;
  at.wire.onUp = (index) => {
    if (index !== 60 || restarted !== null) return;
    restarted = at.wire.cut().then(() => at.daemon.restart());
    at.wire.back = restarted;
  };
  const { manifest, bytes } = await sent(at, BIG);
  t.truthy(restarted);
  const path = await receiver(t, at.daemon).transfers.download(place, manifest, { dir: join(at.dir, 'out') });
  t.true((await fs.readFile(path)).equals(bytes));
});

test('a stopped upload goes on in the next process, and one that was posted does not', async (t) => {
  const daemon = await openFileDaemon(t);
  const dir = await temporaryFolder(t);
  const profile = openTransferProfile(t);
  const { path, bytes } = await fileOf(dir, BIG);
  const wire = new FakeWire(t, daemon);
  const first = new Transfers({ connection: wire, profile, me: alice.idFp });
  const stop = new AbortController();
  const states: TransferState[] = [];
  wire.onUp = (index) => {
    if (index === 40) stop.abort(stopReason.pause);
  };
  const stopped = first.upload(place, path, { signal: stop.signal, onProgress: (state) => states.push(state) });
  await fails(t, stopped, 'cancelled', /repeat it to go on/);
  t.like(states.at(-1), { state: 'paused', rate: 0 });

  const next = new FakeWire(t, daemon);
  const second = new Transfers({ connection: next, profile, me: alice.idFp });
  const { manifest, posted } = await second.upload(place, path);
  t.true(next.segmentsUp < 60, `${next.segmentsUp} of ${manifest.count} segments were sent again`);
  t.deepEqual(Buffer.from(manifest.sha256), createHash('sha256').update(bytes).digest());

  const again = await second.upload(place, path);
  t.deepEqual(again.manifest, manifest, 'not posted yet: the same file, nothing sent');
  await posted();
  const other = await second.upload(place, path);
  t.notDeepEqual(other.manifest.fileId, manifest.fileId);
  t.notDeepEqual(other.manifest.key, manifest.key);
});

test('a file with another time or size gets a new id and key', async (t) => {
  const at = await setting(t);
  const { path } = await fileOf(at.dir, 100);
  const one = await at.transfers.upload(place, path);
  await fs.utimes(path, 1, 1);
  const two = await at.transfers.upload(place, path);
  t.notDeepEqual(two.manifest.fileId, one.manifest.fileId);
  t.notDeepEqual(two.manifest.key, one.manifest.key);
});

for (const [how, change] of [
  ['grows', (path: string) => fs.appendFile(path, 'more')],
  ['shrinks', (path: string) => fs.truncate(path, 5)],
  ['is written to', async (path: string) => fs.writeFile(path, 'x', { flag: 'r+' })],
] as const) {
  test(`a file that ${how} while it is sent is an error, and nothing is kept of it`, async (t) => {
    const at = await setting(t);
    const { path } = await fileOf(at.dir, BIG);
    let changed: Promise<void> | null = null;
    at.wire.onUp = (index) => {
      if (index === 3) changed = change(path);
    };
    await fails(t, at.transfers.upload(place, path), 'usage', /changed while it was sent/);
    t.truthy(changed);
    t.deepEqual(await fs.readdir(at.daemon.dir), []);
  });
}

test('what cannot be sent says why', async (t) => {
  const at = await setting(t);
  await fails(t, at.transfers.upload(place, at.dir), 'usage', /is a folder/);
  await fails(t, at.transfers.upload(place, join(at.dir, 'none')), 'usage', /there is no file/);
  await fails(t, at.transfers.upload(place, '/dev/null'), 'usage', /not a regular file/);
  const { path } = await fileOf(at.dir, 5);
  const locked = {
    ...(fs as FileSystem),
    open: async () => {
      throw Object.assign(new Error('permission denied'), { code: 'EACCES' });
    },
  };
  const other = new Transfers({ connection: at.wire, profile: openTransferProfile(t, locked), me: alice.idFp });
  await fails(t, other.upload(place, path), 'usage', /may not be read/);
  t.deepEqual(at.wire.asked, []);
});

test('the same file is not sent twice at once', async (t) => {
  const at = await setting(t);
  const { path } = await fileOf(at.dir, BIG);
  const both = await Promise.allSettled([at.transfers.upload(place, path), at.transfers.upload(place, path)]);
  // Whichever opened the file first goes on.
  const refused = both.filter((one) => one.status === 'rejected');
  t.is(refused.length, 1);
  t.like(refused[0]?.reason, { code: 'usage' });
  t.regex(refused[0]?.reason.message, /is being sent already/);
});

test('a dropped upload leaves nothing', async (t) => {
  const at = await setting(t);
  const { path } = await fileOf(at.dir, BIG);
  const stop = new AbortController();
  at.wire.onUp = (index) => {
    if (index === 10) stop.abort(stopReason.drop);
  };
  await fails(t, at.transfers.upload(place, path, { signal: stop.signal }), 'cancelled', /was cancelled/);
  t.deepEqual(await fs.readdir(at.daemon.dir), []);
});

test('a refusal of the daemon is a sentence for the person', async (t) => {
  const daemon = await openFileDaemon(t, { config: { maxFileSize: 10, quota: 1e9, retention: null } });
  const at = new Transfers({ connection: new FakeWire(t, daemon), profile: openTransferProfile(t), me: alice.idFp });
  const states: TransferState[] = [];
  const { path } = await fileOf(await temporaryFolder(t), 11);
  const doing = at.upload(place, path, { onProgress: (state) => states.push(state) });
  await fails(t, doing, 'refused', /at most 10 bytes/);
  t.is(states.at(-1)?.state, 'failed');
});

test('a connection that is closed for good ends what is under way', async (t) => {
  const at = await setting(t);
  const { path } = await fileOf(at.dir, BIG);
  at.wire.onUp = (index) => {
    if (index === 5) at.wire.close();
  };
  await fails(t, at.transfers.upload(place, path), 'unreachable', /repeat it to go on/);
});

test('a download goes on after the whole segments on the disk', async (t) => {
  const at = await setting(t);
  const { manifest, bytes } = await sent(at, BIG);
  const out = join(at.dir, 'out');
  const stop = new AbortController();
  const one = receiver(t, at.daemon);
  one.wire.onDown = (index) => {
    if (index === 50) stop.abort();
  };
  await fails(t, one.transfers.download(place, manifest, { dir: out, signal: stop.signal }), 'cancelled', /repeat/);
  const [part] = await fs.readdir(out);
  t.regex(part ?? '', /^a file\.bin\.[0-9a-f]{8}\.part$/);
  await fs.appendFile(join(out, part ?? ''), 'torn');
  const two = receiver(t, at.daemon);
  const path = await two.transfers.download(place, manifest, { dir: out });
  t.true((await fs.readFile(path)).equals(bytes));
  t.true(two.wire.segmentsDown < 50, `${two.wire.segmentsDown} segments were fetched again`);
});

test('a part that somebody spoiled is fetched anew', async (t) => {
  const at = await setting(t);
  const { manifest, bytes } = await sent(at, 3 * segSize + 1);
  const out = join(at.dir, 'out');
  await fs.mkdir(out);
  const part = `a file.bin.${Buffer.from(manifest.fileId).toString('hex').slice(0, 8)}.part`;
  await fs.writeFile(join(out, part), Buffer.alloc(2 * segSize));
  const path = await receiver(t, at.daemon).transfers.download(place, manifest, { dir: out });
  t.true((await fs.readFile(path)).equals(bytes));
});

test('a changed byte on the daemon, and a manifest of another content, are refused', async (t) => {
  const at = await setting(t);
  const { manifest } = await sent(at, 2 * segSize);
  const out = join(at.dir, 'out');
  const other = receiver(t, at.daemon).transfers.download(place, { ...manifest, sha256: alice.idFp }, { dir: out });
  await fails(t, other, 'refused', /not what its sender signed/);
  t.deepEqual(await fs.readdir(out), []);
  const stored = await fs.open(join(at.daemon.dir, Buffer.from(manifest.fileId).toString('hex')), 'r+');
  await stored.write(Buffer.of(1, 2, 3), 0, 3, segSize + 100);
  await stored.close();
  await fails(t, receiver(t, at.daemon).transfers.download(place, manifest, { dir: out }), 'refused', /something else/);
  t.false((await fs.readdir(out)).includes('a file.bin'));
});

test('attack: a daemon that sends more than it was asked for is not listened to', async (t) => {
  const at = await setting(t);
  const { manifest } = await sent(at, 3 * segSize);
  const { wire, transfers } = receiver(t, at.daemon);
  const stored = await fs.readFile(join(at.daemon.dir, Buffer.from(manifest.fileId).toString('hex')));
  const step = segSize + SEGMENT_OVERHEAD;
  wire.onSegment = (_, handler) => {
    for (let index = 0; index < 3; index++) handler(index, stored.subarray(index * step, (index + 1) * step));
    return () => {};
  };
  await fails(t, transfers.download(place, manifest, { dir: join(at.dir, 'out') }), 'refused', /something else/);
});

test('nothing is overwritten and no name leaves the folder', async (t) => {
  const at = await setting(t);
  const { manifest } = await sent(at, 5);
  const out = join(at.dir, 'out');
  await fs.mkdir(out);
  await fs.writeFile(join(out, 'a file.bin'), 'mine');
  const bobs = receiver(t, at.daemon).transfers;
  t.is(await bobs.download(place, manifest, { dir: out }), join(out, 'a file (2).bin'));
  t.is(await bobs.download(place, manifest, { dir: out }), join(out, 'a file (3).bin'));
  t.is(await fs.readFile(join(out, 'a file.bin'), 'utf8'), 'mine');
  for (const name of ['../users.txt', '/etc/passwd', '..', 'CON', `${'x'.repeat(300)}.txt`, 'a\u001b[2Jb', '.bashrc']) {
    const path = await bobs.download(place, { ...manifest, name }, { dir: out });
    t.is(join(out, path.slice(out.length + 1)), path);
    t.false(path.slice(out.length + 1).includes('/'), name);
    t.is((await fs.readFile(path)).length, 5);
  }
});

test('a link that lies in wait for the part is not followed', async (t) => {
  const at = await setting(t);
  const { manifest } = await sent(at, 5);
  const out = join(at.dir, 'out');
  await fs.mkdir(out);
  await fs.writeFile(join(at.dir, 'victim'), 'precious');
  const part = `a file.bin.${Buffer.from(manifest.fileId).toString('hex').slice(0, 8)}.part`;
  await fs.symlink(join(at.dir, 'victim'), join(out, part));
  await fails(t, receiver(t, at.daemon).transfers.download(place, manifest, { dir: out }), 'usage', /in the way/);
  t.is(await fs.readFile(join(at.dir, 'victim'), 'utf8'), 'precious');
});

test('a full disk, no permission and a file in the place of the folder are sentences', async (t) => {
  const at = await setting(t);
  const { manifest } = await sent(at, 5);
  const failing = (code: string): FileSystem => ({
    ...(fs as FileSystem),
    open: async (path, flags, mode) => {
      const handle = await fs.open(path, flags, mode);
      handle.write = async () => {
        throw Object.assign(new Error(code), { code });
      };
      return handle;
    },
  });
  const get = (code: string) =>
    receiver(t, at.daemon, { fs: failing(code) }).transfers.download(place, manifest, { dir: join(at.dir, 'out') });
  await fails(t, get('ENOSPC'), 'refused', /disk is full/);
  await fails(t, get('EACCES'), 'usage', /may be written/);
  await fs.writeFile(join(at.dir, 'plain'), '');
  const bobs = receiver(t, at.daemon).transfers;
  await fails(t, bobs.download(place, manifest, { dir: join(at.dir, 'plain') }), 'usage', /not a folder/);
});

test('where there are no hard links a name is reserved and taken', async (t) => {
  const at = await setting(t);
  const { manifest, bytes } = await sent(at, 50);
  const fat: FileSystem = {
    ...(fs as FileSystem),
    link: async () => {
      throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' });
    },
  };
  const out = join(at.dir, 'out');
  await fs.mkdir(out);
  await fs.writeFile(join(out, 'a file.bin'), 'mine');
  const path = await receiver(t, at.daemon, { fs: fat }).transfers.download(place, manifest, { dir: out });
  t.is(path, join(out, 'a file (2).bin'));
  t.true((await fs.readFile(path)).equals(bytes));
  t.deepEqual((await fs.readdir(out)).sort(), ['a file (2).bin', 'a file.bin']);
});
