import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SegmentLayout } from '../../src/daemon/files/layout.ts';
import { IDLE_MS } from '../../src/daemon/files/sweep.ts';
import type { Files } from '../../src/daemon/files.ts';
import { ProtocolError, Refusal } from '../../src/protocol/errors.ts';
import { type FileSystem, type OpenFile, systemClock } from '../../src/protocol/seams.ts';
import { alice, bob, conversation, FakeSession, id, mallory, openFileDaemon } from '../helpers/file-daemon.ts';
import { until } from '../helpers/until.ts';

const segSize = 65_536;
const file = id(7, 16);
const opening = (size: number, of = file) => ({ file: of, conversation, size, segSize });

/** What a client would send: random bytes of the right lengths. */
function sealed(size: number): Uint8Array[] {
  const layout = new SegmentLayout(size, segSize);
  return Array.from({ length: layout.count }, (_, index) => randomBytes(layout.length(index)));
}

type Opened = { transfer: number; next: number; window: number };

async function send(
  files: Files,
  session: FakeSession,
  { transfer, next: from, window }: Opened,
  segments: Uint8Array[],
) {
  for (const [offset, bytes] of segments.slice(from).entries()) {
    const index = from + offset;
    await until(() => index < windowOf(session, transfer, window));
    files.onSegment(session, transfer, index, bytes);
  }
}

function windowOf(session: FakeSession, transfer: number, otherwise: number): number {
  const told = session.events.findLast((one) => one.method === 'stored' && one.params.transfer === transfer);
  return told?.method === 'stored' ? told.params.window : otherwise;
}

function storedUpTo(session: FakeSession): number {
  const told = session.events.findLast((one) => one.method === 'stored');
  return told?.method === 'stored' ? told.params.upTo : 0;
}

const refused = (t: ExecutionContext, doing: Promise<unknown>, code: string) =>
  t.throwsAsync(doing, { instanceOf: Refusal, code });

test('what goes up comes down, byte for byte, to those who may', async (t) => {
  const { files, store, dir, list } = await openFileDaemon(t);
  const session = new FakeSession();
  const segments = sealed(3 * segSize + 5);
  const opened = await files.openUpload(session, alice.idFp, opening(3 * segSize + 5));
  t.like(opened, { next: 0, whole: false });
  await send(files, session, opened, segments);
  await refused(t, files.openDownload(new FakeSession(), bob.idFp, { file, from: 0, window: 9 }), 'no-such-file');
  await files.finishUpload(session, opened.transfer);
  t.deepEqual(await fs.readdir(dir), [Buffer.from(file).toString('hex')]);
  const [row] = await store.knownFiles({ files: [file] });
  t.deepEqual(Buffer.from(row?.sha256 ?? []), createHash('sha256').update(Buffer.concat(segments)).digest());

  await list(file);
  await refused(t, files.openDownload(new FakeSession(), mallory.idFp, { file, from: 0, window: 9 }), 'no-such-file');
  const down = new FakeSession();
  const open = await files.openDownload(down, bob.idFp, { file, from: 1, window: 2 });
  t.like(open, { size: 3 * segSize + 5, segSize });
  await until(() => down.segments.length === 1);
  files.widen(down, open.transfer, 100);
  await until(() => down.segments.length === 3);
  t.deepEqual(
    down.segments.map((one) => one.index),
    [1, 2, 3],
  );
  t.true(Buffer.concat(down.segments.map((one) => one.bytes)).equals(Buffer.concat(segments.slice(1))));
  t.true((await files.openUpload(session, alice.idFp, opening(3 * segSize + 5))).whole);
});

test('an empty file is one empty segment', async (t) => {
  const { files, list } = await openFileDaemon(t);
  const session = new FakeSession();
  const segments = sealed(0);
  const opened = await files.openUpload(session, alice.idFp, opening(0));
  t.is(opened.window, 1);
  await refused(t, files.finishUpload(session, opened.transfer), 'bad-request');
  await send(files, session, opened, segments);
  await files.finishUpload(session, opened.transfer);
  await list(file);
  await files.openDownload(session, bob.idFp, { file, from: 0, window: 1 });
  await until(() => session.segments.length === 1);
  t.deepEqual(Buffer.from(session.segments[0]?.bytes ?? []), segments[0]);
});

test('a resume goes on after what was synced, in the next process too', async (t) => {
  const size = 300 * segSize + 1;
  const daemon = await openFileDaemon(t);
  const session = new FakeSession();
  const segments = sealed(size);
  const first = await daemon.files.openUpload(session, alice.idFp, opening(size));
  t.true(first.window < segments.length, 'not all of it may be sent at once');
  const sending = segments.slice(0, 200);
  await send(daemon.files, session, first, sending);
  await until(() => storedUpTo(session) > 0);
  const synced = storedUpTo(session);
  const path = join(daemon.dir, `${Buffer.from(file).toString('hex')}.part`);
  // What a kill -9 leaves: bytes beyond what is known to be synced, of which nothing is certain.
  await daemon.files.sessionEnded(session);
  const [row] = await daemon.store.knownFiles({ files: [file] });
  t.is(row?.synced, 200, 'a session that ends keeps all that came');
  await daemon.store.syncFile({ file, synced });
  await fs.appendFile(path, 'torn');
  const files = await daemon.restart();

  const again = new FakeSession();
  const second = await files.openUpload(again, alice.idFp, opening(size));
  t.is(second.next, synced);
  t.is((await fs.stat(path)).size, new SegmentLayout(size, segSize).position(synced));
  await send(files, again, second, segments);
  await files.finishUpload(again, second.transfer);
  t.true((await fs.readFile(path.slice(0, -5))).equals(Buffer.concat(segments)));
  const [whole] = await daemon.store.knownFiles({ files: [file] });
  t.deepEqual(Buffer.from(whole?.sha256 ?? []), createHash('sha256').update(Buffer.concat(segments)).digest());
});

test('a power cut between the rename and the row is made good', async (t) => {
  const daemon = await openFileDaemon(t);
  const bytes = Buffer.concat(sealed(10));
  await daemon.files.openUpload(new FakeSession(), alice.idFp, opening(10));
  await fs.writeFile(join(daemon.dir, Buffer.from(file).toString('hex')), bytes);
  const files = await daemon.restart();
  t.true((await files.openUpload(new FakeSession(), alice.idFp, opening(10))).whole);
  const [row] = await daemon.store.knownFiles({ files: [file] });
  t.deepEqual(Buffer.from(row?.sha256 ?? []), createHash('sha256').update(bytes).digest());
});

test('only who opened a file goes on with it, and only as it was opened', async (t) => {
  const { files } = await openFileDaemon(t);
  const session = new FakeSession();
  await files.openUpload(session, alice.idFp, opening(10));
  await refused(t, files.openUpload(new FakeSession(), mallory.idFp, opening(10)), 'not-permitted');
  await refused(t, files.openUpload(session, alice.idFp, opening(11)), 'id-reused');
  await refused(t, files.openUpload(session, alice.idFp, { ...opening(10), conversation: id(8) }), 'id-reused');
  await refused(t, files.openUpload(session, alice.idFp, { ...opening(10), segSize: 131_072 }), 'id-reused');
  await refused(
    t,
    files.openUpload(session, alice.idFp, { ...opening(10), file: id(5, 16), segSize: 5 }),
    'bad-request',
  );
});

test('another session of the same user takes over and the first is told', async (t) => {
  const { files } = await openFileDaemon(t);
  const [first, second] = [new FakeSession(), new FakeSession()];
  const segments = sealed(2 * segSize);
  const one = await files.openUpload(first, alice.idFp, opening(2 * segSize));
  files.onSegment(first, one.transfer, 0, segments[0] ?? id(0));
  const two = await files.openUpload(second, alice.idFp, opening(2 * segSize));
  t.is(two.next, 1);
  t.like(first.events.at(-1), { method: 'transfer-failed', params: { code: 'conflict' } });
  files.onSegment(first, one.transfer, 1, id(0));
  files.onSegment(second, two.transfer, 1, segments[1] ?? id(0));
  await files.finishUpload(second, two.transfer);
});

test('too large and beyond the quota are refused before a byte is stored', async (t) => {
  const { files, dir } = await openFileDaemon(t, { config: { maxFileSize: 100_000, quota: 150_000, retention: null } });
  const session = new FakeSession();
  await refused(t, files.openUpload(session, alice.idFp, opening(100_001)), 'too-large');
  await files.openUpload(session, alice.idFp, opening(100_000));
  await refused(t, files.openUpload(session, alice.idFp, opening(100_000, id(8, 16))), 'quota');
  await files.openUpload(new FakeSession(), bob.idFp, opening(100_000, id(6, 16)));
  t.is((await fs.readdir(dir)).length, 2);
});

test('a segment out of turn, beyond the window or of another length breaks the rules', async (t) => {
  const { files } = await openFileDaemon(t);
  const session = new FakeSession();
  const opened = await files.openUpload(session, alice.idFp, opening(3 * segSize));
  const segment = new Uint8Array(segSize + 28);
  const broken = { instanceOf: ProtocolError, code: 'file' };
  t.throws(() => files.onSegment(session, opened.transfer, 1, segment), broken);
  t.throws(() => files.onSegment(session, opened.transfer, 0, segment.subarray(1)), broken);
  files.onSegment(session, opened.transfer, 0, segment);
  t.throws(() => files.onSegment(session, opened.transfer, 0, segment), broken);
  files.onSegment(session, opened.transfer, 1, segment);
  files.onSegment(session, opened.transfer, 2, segment);
  t.throws(() => files.onSegment(session, opened.transfer, 3, segment), broken);
  t.notThrows(() => files.onSegment(session, 999, 0, segment), 'one that has ended is no fault');
});

test('a slow disk bounds what may be sent', async (t) => {
  let letGo = () => {};
  const gate = new Promise<void>((go) => {
    letGo = go;
  });
  const slow = failing((handle) => ({ write: async (...args) => gate.then(() => handle.write(...args)) }));
  const { files } = await openFileDaemon(t, { fs: slow });
  const session = new FakeSession();
  const size = 1000 * segSize;
  const opened = await files.openUpload(session, alice.idFp, opening(size));
  t.true(opened.window * segSize <= 8 * 1024 * 1024);
  const segment = new Uint8Array(segSize + 28);
  for (let index = 0; index < opened.window; index++) files.onSegment(session, opened.transfer, index, segment);
  t.throws(() => files.onSegment(session, opened.transfer, opened.window, segment), { code: 'file' });
  t.deepEqual(session.events, []);
  letGo();
  await until(() => storedUpTo(session) > 0);
});

test('a full disk ends that upload with a sentence, the others go on, and it can be resumed', async (t) => {
  let full = true;
  const fills = failing((handle, path) => ({
    write: async (...args) => {
      if (full && path.includes(Buffer.from(file).toString('hex'))) {
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      }
      return handle.write(...args);
    },
  }));
  const { files } = await openFileDaemon(t, { fs: fills });
  const session = new FakeSession();
  const segments = sealed(2 * segSize);
  const bad = await files.openUpload(session, alice.idFp, opening(2 * segSize));
  const good = await files.openUpload(session, alice.idFp, opening(2 * segSize, id(8, 16)));
  await send(files, session, bad, segments);
  await send(files, session, good, segments);
  await until(() => session.events.some((one) => one.method === 'transfer-failed'));
  t.like(session.events.find((one) => one.method === 'transfer-failed')?.params, {
    transfer: bad.transfer,
    code: 'disk-full',
  });
  await refused(t, files.finishUpload(session, bad.transfer), 'disk-full');
  await files.finishUpload(session, good.transfer);
  full = false;
  const again = await files.openUpload(session, alice.idFp, opening(2 * segSize));
  await send(files, session, again, segments);
  await files.finishUpload(session, again.transfer);
});

test('finish is answered after the sync of the bytes and of the name', async (t) => {
  const steps: string[] = [];
  const traced = failing((handle, path) => ({
    sync: async () => {
      steps.push(path.endsWith('.part') ? 'sync part' : 'sync folder');
      await handle.sync();
    },
  }));
  const daemon = await openFileDaemon(t, {
    fs: {
      ...traced,
      rename: async (from, to) => {
        steps.push('rename');
        await fs.rename(from, to);
      },
    },
  });
  const session = new FakeSession();
  const opened = await daemon.files.openUpload(session, alice.idFp, opening(10));
  steps.length = 0;
  await send(daemon.files, session, opened, sealed(10));
  await daemon.files.finishUpload(session, opened.transfer);
  t.deepEqual(steps, ['sync part', 'rename', 'sync folder']);
});

test('what was given up is removed and its quota is free again', async (t) => {
  const { files, dir } = await openFileDaemon(t, { config: { maxFileSize: 2 ** 32, quota: 100_000, retention: null } });
  const session = new FakeSession();
  const opened = await files.openUpload(session, alice.idFp, opening(90_000));
  await files.endTransfer(session, opened.transfer, true);
  t.deepEqual(await fs.readdir(dir), []);
  await files.openUpload(session, alice.idFp, opening(90_000, id(8, 16)));
});

test('a download waits for its link, and several share it', async (t) => {
  const daemon = await openFileDaemon(t);
  const up = new FakeSession();
  for (const each of [file, id(8, 16)]) {
    const opened = await daemon.files.openUpload(up, alice.idFp, opening(20 * segSize, each));
    await send(daemon.files, up, opened, sealed(20 * segSize));
    await daemon.files.finishUpload(up, opened.transfer);
    await daemon.list(each);
  }
  const down = new FakeSession();
  down.queued = 10 * 1024 * 1024;
  const one = await daemon.files.openDownload(down, bob.idFp, { file, from: 0, window: 20 });
  const two = await daemon.files.openDownload(down, bob.idFp, { file: id(8, 16), from: 0, window: 20 });
  await until(() => down.waiting === 2);
  t.is(down.segments.length, 0);
  down.drain();
  await until(() => down.segments.length === 40);
  const firstHalf = down.segments.slice(0, 20).filter((each) => each.transfer === one.transfer).length;
  t.true(firstHalf >= 5 && firstHalf <= 15, `${firstHalf} of the first 20 belong to the first`);
  t.is(down.segments.filter((each) => each.transfer === two.transfer).length, 20);
});

test('a listed file that the disk lost is a sentence', async (t) => {
  const daemon = await openFileDaemon(t);
  const session = new FakeSession();
  const opened = await daemon.files.openUpload(session, alice.idFp, opening(5));
  await send(daemon.files, session, opened, sealed(5));
  await daemon.files.finishUpload(session, opened.transfer);
  await daemon.list(file);
  await fs.truncate(join(daemon.dir, Buffer.from(file).toString('hex')), 20);
  await daemon.files.openDownload(session, bob.idFp, { file, from: 0, window: 1 });
  await until(() => session.events.some((one) => one.method === 'transfer-failed'));
  await fs.unlink(join(daemon.dir, Buffer.from(file).toString('hex')));
  await refused(t, daemon.files.openDownload(session, bob.idFp, { file, from: 0, window: 1 }), 'no-such-file');
});

test('a session that went away while it opened keeps nothing, and eight are the limit', async (t) => {
  const { files } = await openFileDaemon(t);
  const session = new FakeSession();
  const opened = files.openUpload(session, alice.idFp, opening(10));
  const ended = files.sessionEnded(session);
  await refused(t, opened, 'busy');
  await ended;
  const busy = new FakeSession();
  for (let n = 10; n < 18; n++) await files.openUpload(busy, alice.idFp, opening(10, id(n, 16)));
  await refused(t, files.openUpload(busy, alice.idFp, opening(10, id(20, 16))), 'busy');
});

test('a file whose message was too old is gone with its bytes, unless it was begun anew meanwhile', async (t) => {
  const { files, store, dir, list } = await openFileDaemon(t);
  const session = new FakeSession();
  const upload = async () => {
    const opened = await files.openUpload(session, alice.idFp, opening(5));
    await send(files, session, opened, sealed(5));
    await files.finishUpload(session, opened.transfer);
  };
  await upload();
  await list(file);
  const expire = async () => (await store.dropOlder({ before: Date.now() + 1000, from: 0 })).files;
  const expired = await expire();
  t.deepEqual(expired, [file]);
  await refused(t, files.openDownload(new FakeSession(), bob.idFp, { file, from: 0, window: 9 }), 'no-such-file');
  await files.removeExpired(expired);
  t.deepEqual(await fs.readdir(dir), []);
  await files.removeExpired(expired);
  await upload();
  await files.removeExpired(expired);
  t.is((await fs.readdir(dir)).length, 1, 'it is another file now');
});

test('when nothing is kept long, no interrupted upload is either', async (t) => {
  let now = Date.now();
  const clock = { ...systemClock, now: () => now };
  const config = { maxFileSize: 2 ** 32, quota: 2 ** 33, retention: 3_600_000 };
  const { files, dir, restart } = await openFileDaemon(t, { clock, config });
  const session = new FakeSession();
  await files.openUpload(session, alice.idFp, opening(5));
  await files.sessionEnded(session);
  now += 3_000_000;
  await restart();
  t.is((await fs.readdir(dir)).length, 1);
  now += 3_000_000;
  await restart();
  t.is((await fs.readdir(dir)).length, 0);
});

test('the sweep takes abandoned parts, unlisted files and files without a row, when they are old', async (t) => {
  let now = Date.now();
  let tick = () => {};
  const clock = {
    ...systemClock,
    now: () => now,
    after: (_ms: number, action: () => void) => {
      tick = action;
      return () => {};
    },
  };
  const daemon = await openFileDaemon(t, { clock });
  const names = [id(1, 16), id(2, 16), id(3, 16)].map((each) => Buffer.from(each).toString('hex'));
  const session = new FakeSession();
  for (const each of [id(1, 16), id(2, 16)]) {
    const opened = await daemon.files.openUpload(session, alice.idFp, opening(5, each));
    await send(daemon.files, session, opened, sealed(5));
    await daemon.files.finishUpload(session, opened.transfer);
  }
  await daemon.list(id(1, 16));
  await daemon.files.openUpload(session, alice.idFp, opening(500, id(3, 16)));
  await fs.writeFile(join(daemon.dir, 'e'.repeat(32)), 'no row');
  await fs.writeFile(join(daemon.dir, `${'f'.repeat(32)}.part`), 'no row');
  await fs.writeFile(join(daemon.dir, 'README'), 'not ours');
  const kept = ['README', names[0], `${names[2]}.part`].sort();

  now += IDLE_MS / 2;
  tick();
  t.is((await fs.readdir(daemon.dir)).length, 6, 'nothing is old yet');
  now += IDLE_MS / 2 + 60_000;
  tick();
  // The open upload is touched, as long as its session lives.
  await until(async () => (await fs.readdir(daemon.dir)).length === 3);
  t.deepEqual((await fs.readdir(daemon.dir)).sort(), kept);
  await daemon.files.sessionEnded(session);
  now += IDLE_MS + 1;
  await daemon.restart();
  t.deepEqual((await fs.readdir(daemon.dir)).sort(), ['README', names[0]].sort());
  t.truthy(await daemon.store.listedFile({ file: id(1, 16), reader: bob.idFp }));
});

/** The real file system with some methods of open files replaced. */
function failing(change: (handle: OpenFile, path: string) => Partial<OpenFile>): FileSystem {
  return {
    ...(fs as FileSystem),
    open: async (path, flags, mode) => {
      const handle = await fs.open(path, flags, mode);
      const plain: OpenFile = {
        read: (buffer, offset, length, position) => handle.read(buffer, offset, length, position),
        write: (buffer, offset, length, position) => handle.write(buffer, offset, length, position),
        truncate: (length) => handle.truncate(length),
        datasync: () => handle.datasync(),
        sync: () => handle.sync(),
        stat: () => handle.stat(),
        close: () => handle.close(),
      };
      return { ...plain, ...change(plain, path) };
    },
  };
}
