/** Who may open an upload, and what happens to its file. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { limitValues } from '../../../src/daemon/limits/limits.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { alice, bob, FakeSession, id, mallory, openFileDaemon } from '../../helpers/daemon/file-daemon.ts';
import { file, randomSegments, segSize, upload, uploadParams } from '../../helpers/daemon/file-upload.ts';
import { throwsRefusal } from '../../helpers/throws-refusal.ts';

test('an upload is resumed only by the account that opened it, with the same parameters', async (t) => {
  const { files, store } = await openFileDaemon(t);
  const session = new FakeSession();
  await files.openUpload(session, alice.idFp, uploadParams(10), store);
  await throwsRefusal(t, files.openUpload(new FakeSession(), mallory.idFp, uploadParams(10), store), 'not-permitted');
  await throwsRefusal(t, files.openUpload(session, alice.idFp, uploadParams(11), store), 'id-reused');
  await throwsRefusal(
    t,
    files.openUpload(session, alice.idFp, { ...uploadParams(10), conversation: id(8) }, store),
    'id-reused',
  );
  await throwsRefusal(
    t,
    files.openUpload(session, alice.idFp, { ...uploadParams(10), segSize: 131_072 }, store),
    'id-reused',
  );
  await throwsRefusal(
    t,
    files.openUpload(session, alice.idFp, { ...uploadParams(10), file: id(5, 16), segSize: 5 }, store),
    'bad-request',
  );
});

test('another session of the same account takes over an upload, and the first session is told', async (t) => {
  const { files, store } = await openFileDaemon(t);
  const [first, second] = [new FakeSession(), new FakeSession()];
  const segments = randomSegments(2 * segSize);
  const one = await files.openUpload(first, alice.idFp, uploadParams(2 * segSize), store);
  files.onSegment(first, one.transfer, 0, segments[0] ?? id(0));
  const two = await files.openUpload(second, alice.idFp, uploadParams(2 * segSize), store);
  t.is(two.next, 1);
  t.like(first.events.at(-1), { method: 'transfer-failed', params: { code: 'conflict' } });
  files.onSegment(first, one.transfer, 1, id(0));
  files.onSegment(second, two.transfer, 1, segments[1] ?? id(0));
  await files.finishUpload(second, two.transfer);
});

test('a file that is too large or over the quota is refused before a byte is stored', async (t) => {
  const { files, dir, store } = await openFileDaemon(t, {
    config: { maxFileSize: 100_000, quota: 150_000, retention: null },
  });
  const session = new FakeSession();
  const tooLarge = await throwsRefusal(
    t,
    files.openUpload(session, alice.idFp, uploadParams(100_001), store),
    'too-large',
  );
  t.like(tooLarge, { message: 'this server takes files of at most 97.7 KiB: send a smaller one' });
  await files.openUpload(session, alice.idFp, uploadParams(100_000), store);
  await throwsRefusal(t, files.openUpload(session, alice.idFp, uploadParams(100_000, id(8, 16)), store), 'quota');
  await files.openUpload(new FakeSession(), bob.idFp, uploadParams(100_000, id(6, 16)), store);
  t.is((await fs.readdir(dir)).length, 2);
});

test('an upload cut off between the rename and the database row is completed when it is opened again', async (t) => {
  const daemon = await openFileDaemon(t);
  const bytes = Buffer.concat(randomSegments(10));
  await daemon.files.openUpload(new FakeSession(), alice.idFp, uploadParams(10), daemon.store);
  await fs.writeFile(join(daemon.dir, hex(file)), bytes);
  const files = await daemon.restart();
  t.true((await files.openUpload(new FakeSession(), alice.idFp, uploadParams(10), daemon.store)).whole);
  const [row] = await daemon.store.knownFiles({ files: [file] });
  t.deepEqual(Buffer.from(row?.sha256 ?? []), createHash('sha256').update(bytes).digest());
});

test('a dropped upload is removed and frees its quota', async (t) => {
  const { files, dir, store } = await openFileDaemon(t, {
    config: { maxFileSize: 2 ** 32, quota: 100_000, retention: null },
  });
  const session = new FakeSession();
  const opened = await files.openUpload(session, alice.idFp, uploadParams(90_000), store);
  await files.dropUpload(new FakeSession(), bob.idFp, file, store);
  t.is((await fs.readdir(dir)).length, 1, 'by its owner alone');
  await files.endTransfer(session, opened.transfer);
  await files.dropUpload(session, alice.idFp, file, store);
  await files.dropUpload(session, alice.idFp, file, store);
  t.deepEqual(await fs.readdir(dir), []);
  await files.openUpload(session, alice.idFp, uploadParams(90_000, id(8, 16)), store);
});

test('a file whose message was dropped by retention is removed with its bytes, and its id is free afterwards', async (t) => {
  const { files, store, dir, list } = await openFileDaemon(t);
  const session = new FakeSession();
  await upload({ files, store }, session, 5);
  await list(file);
  await store.dropOlder({ before: Date.now() + 1000, from: 0 });
  t.deepEqual(await store.doomedFiles({}), [file]);
  await throwsRefusal(
    t,
    files.openDownload(new FakeSession(), bob.idFp, { file, from: 0, window: 9 }, store),
    'no-such-file',
  );
  await throwsRefusal(t, files.openUpload(session, alice.idFp, uploadParams(5), store), 'id-reused');
  await files.removeDoomedFiles();
  t.deepEqual(await fs.readdir(dir), []);
  await upload({ files, store }, session, 5);
  await files.removeDoomedFiles();
  t.is((await fs.readdir(dir)).length, 1, 'it is another file now');
});

test('an upload that was dropped or taken over frees its place', async (t) => {
  const { files, store } = await openFileDaemon(t);
  const [first, second] = [new FakeSession(), new FakeSession()];
  for (let round = 0; round <= limitValues.transfersPerLink; round += 1) {
    await files.openUpload(first, alice.idFp, uploadParams(10), store);
    await files.openUpload(second, alice.idFp, uploadParams(10), store);
    await t.notThrowsAsync(files.dropUpload(second, alice.idFp, file, store), `${round}`);
  }
});
