/** One upload to the disk: in order, within its window, and durable before it is answered. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { SegmentLayout } from '../../../src/daemon/files/segment-layout.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { alice, FakeSession, id, openFileDaemon } from '../../helpers/daemon/file-daemon.ts';
import {
  file,
  randomSegments,
  segSize,
  sendSegments,
  storedUpTo,
  uploadParams,
} from '../../helpers/daemon/file-upload.ts';
import { patchedFileSystem, systemError } from '../../helpers/patched-file-system.ts';
import { throwsRefusal } from '../../helpers/throws-refusal.ts';
import { until } from '../../helpers/until.ts';

test('a segment out of order, beyond the window or of a wrong length breaks the protocol', async (t) => {
  const { files, store } = await openFileDaemon(t);
  const session = new FakeSession();
  const opened = await files.openUpload(session, alice.idFp, uploadParams(3 * segSize), store);
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

test('a slow disk limits the window', async (t) => {
  let letGo = () => {};
  const gate = new Promise<void>((go) => {
    letGo = go;
  });
  const slow = patchedFileSystem((handle) => ({ write: async (...args) => gate.then(() => handle.write(...args)) }));
  const { files, store } = await openFileDaemon(t, { fs: slow });
  const session = new FakeSession();
  const size = 1000 * segSize;
  const opened = await files.openUpload(session, alice.idFp, uploadParams(size), store);
  t.true(opened.window * segSize <= 8 * 1024 * 1024);
  const segment = new Uint8Array(segSize + 28);
  for (let index = 0; index < opened.window; index++) files.onSegment(session, opened.transfer, index, segment);
  t.throws(() => files.onSegment(session, opened.transfer, opened.window, segment), { code: 'file' });
  t.deepEqual(session.events, []);
  letGo();
  await until(() => storedUpTo(session) > 0);
});

test('a resumed upload goes on after the last synced segment, also in the next process', async (t) => {
  const size = 300 * segSize + 1;
  const daemon = await openFileDaemon(t);
  const session = new FakeSession();
  const segments = randomSegments(size);
  const first = await daemon.files.openUpload(session, alice.idFp, uploadParams(size), daemon.store);
  t.true(first.window < segments.length, 'not all of it may be sent at once');
  const sending = segments.slice(0, 200);
  await sendSegments(daemon.files, session, first, sending);
  await until(() => storedUpTo(session) > 0);
  const synced = storedUpTo(session);
  const path = join(daemon.dir, `${hex(file)}.part`);
  // A killed process leaves bytes after the last sync; none of them is certain.
  await daemon.files.sessionEnded(session);
  const [row] = await daemon.store.knownFiles({ files: [file] });
  t.is(row?.synced, 200, 'a session that ends keeps all that came');
  await daemon.store.syncFile({ file, synced });
  await fs.appendFile(path, 'torn');
  const files = await daemon.restart();

  const again = new FakeSession();
  const second = await files.openUpload(again, alice.idFp, uploadParams(size), daemon.store);
  t.is(second.next, synced);
  t.is((await fs.stat(path)).size, new SegmentLayout(size, segSize).position(synced));
  await sendSegments(files, again, second, segments);
  await files.finishUpload(again, second.transfer);
  t.true((await fs.readFile(path.slice(0, -5))).equals(Buffer.concat(segments)));
  const [whole] = await daemon.store.knownFiles({ files: [file] });
  t.deepEqual(Buffer.from(whole?.sha256 ?? []), createHash('sha256').update(Buffer.concat(segments)).digest());
});

test('a full disk ends one upload with a refusal; the others go on, and it can be resumed', async (t) => {
  let full = true;
  const fills = patchedFileSystem((handle, path) => ({
    write: async (...args) => {
      if (full && path.includes(hex(file))) {
        throw systemError('ENOSPC');
      }
      return handle.write(...args);
    },
  }));
  const { files, store } = await openFileDaemon(t, { fs: fills });
  const session = new FakeSession();
  const segments = randomSegments(2 * segSize);
  const bad = await files.openUpload(session, alice.idFp, uploadParams(2 * segSize), store);
  const good = await files.openUpload(session, alice.idFp, uploadParams(2 * segSize, id(8, 16)), store);
  await sendSegments(files, session, bad, segments);
  await sendSegments(files, session, good, segments);
  await until(() => session.events.some((one) => one.method === 'transfer-failed'));
  t.like(session.events.find((one) => one.method === 'transfer-failed')?.params, {
    transfer: bad.transfer,
    code: 'disk-full',
  });
  await throwsRefusal(t, files.finishUpload(session, bad.transfer), 'disk-full');
  await files.finishUpload(session, good.transfer);
  full = false;
  const again = await files.openUpload(session, alice.idFp, uploadParams(2 * segSize), store);
  await sendSegments(files, session, again, segments);
  await files.finishUpload(session, again.transfer);
});

test('upload-finish is answered after the bytes and the name are synced', async (t) => {
  const steps: string[] = [];
  const traced = patchedFileSystem((handle, path) => ({
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
  const opened = await daemon.files.openUpload(session, alice.idFp, uploadParams(10), daemon.store);
  steps.length = 0;
  await sendSegments(daemon.files, session, opened, randomSegments(10));
  await daemon.files.finishUpload(session, opened.transfer);
  t.deepEqual(steps, ['sync part', 'rename', 'sync folder']);
});
