/** Uploads and downloads through the daemon's files as a whole. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { withDescriptorRefusals } from '../../../src/daemon/limits/descriptor-refusals.ts';
import { limitValues } from '../../../src/daemon/limits/limits.ts';
import type { FileSystem } from '../../../src/platform/file-system.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import type { Refusal } from '../../../src/protocol/base/errors.ts';
import { alice, bob, FakeSession, id, mallory, openFileDaemon } from '../../helpers/daemon/file-daemon.ts';
import { file, randomSegments, segSize, sendSegments, upload, uploadParams } from '../../helpers/daemon/file-upload.ts';
import { throwsRefusal } from '../../helpers/throws-refusal.ts';
import { until } from '../../helpers/until.ts';

test('an uploaded file is downloaded byte for byte by the people who may read it', async (t) => {
  const { files, store, dir, list } = await openFileDaemon(t);
  const session = new FakeSession();
  const segments = randomSegments(3 * segSize + 5);
  const opened = await files.openUpload(session, alice.idFp, uploadParams(3 * segSize + 5), store);
  t.like(opened, { next: 0, whole: false });
  await sendSegments(files, session, opened, segments);
  await throwsRefusal(
    t,
    files.openDownload(new FakeSession(), bob.idFp, { file, from: 0, window: 9 }, store),
    'no-such-file',
  );
  await files.finishUpload(session, opened.transfer);
  t.deepEqual(await fs.readdir(dir), [hex(file)]);
  const [row] = await store.knownFiles({ files: [file] });
  t.deepEqual(Buffer.from(row?.sha256 ?? []), createHash('sha256').update(Buffer.concat(segments)).digest());

  await list(file);
  await throwsRefusal(
    t,
    files.openDownload(new FakeSession(), mallory.idFp, { file, from: 0, window: 9 }, store),
    'no-such-file',
  );
  const down = new FakeSession();
  const open = await files.openDownload(down, bob.idFp, { file, from: 1, window: 2 }, store);
  t.like(open, { size: 3 * segSize + 5, segSize });
  await until(() => down.segments.length === 1);
  files.widen(down, open.transfer, 100);
  await until(() => down.segments.length === 3);
  t.deepEqual(
    down.segments.map((one) => one.index),
    [1, 2, 3],
  );
  t.true(Buffer.concat(down.segments.map((one) => one.bytes)).equals(Buffer.concat(segments.slice(1))));
  t.true((await files.openUpload(session, alice.idFp, uploadParams(3 * segSize + 5), store)).whole);
});

test('an empty file is one empty segment', async (t) => {
  const { files, list, store } = await openFileDaemon(t);
  const session = new FakeSession();
  const segments = randomSegments(0);
  const opened = await files.openUpload(session, alice.idFp, uploadParams(0), store);
  t.is(opened.window, 1);
  await throwsRefusal(t, files.finishUpload(session, opened.transfer), 'bad-request');
  await sendSegments(files, session, opened, segments);
  await files.finishUpload(session, opened.transfer);
  await list(file);
  await files.openDownload(session, bob.idFp, { file, from: 0, window: 1 }, store);
  await until(() => session.segments.length === 1);
  t.deepEqual(Buffer.from(session.segments[0]?.bytes ?? []), segments[0]);
});

test('an upload that opens after its session ended is closed; a session has at most eight', async (t) => {
  const { files, store } = await openFileDaemon(t);
  const session = new FakeSession();
  const opened = files.openUpload(session, alice.idFp, uploadParams(10), store);
  const ended = files.sessionEnded(session);
  await throwsRefusal(t, opened, 'busy');
  await ended;
  const busy = new FakeSession();
  for (let n = 10; n < 18; n++) await files.openUpload(busy, alice.idFp, uploadParams(10, id(n, 16)), store);
  await throwsRefusal(t, files.openUpload(busy, alice.idFp, uploadParams(10, id(20, 16)), store), 'busy');
});

/** @returns how many were carried out; asserts that the others were refused as 'busy' */
async function countCarriedOut(t: ExecutionContext, asked: Promise<unknown>[]): Promise<number> {
  const outcomes = await Promise.allSettled(asked);
  for (const one of outcomes) if (one.status === 'rejected') t.is((one.reason as Refusal).code, 'busy');
  return outcomes.filter(({ status }) => status === 'fulfilled').length;
}

test('attack: of twenty uploads or downloads requested at once eight are opened; ending one frees one place', async (t) => {
  const { files, list, store } = await openFileDaemon(t);
  const session = new FakeSession();
  await upload({ files, store }, session, 10);
  await list(file);
  const uploads = Array.from({ length: 20 }, (_, n) =>
    files.openUpload(session, alice.idFp, uploadParams(10, id(100 + n, 16)), store),
  );
  t.is(await countCarriedOut(t, uploads), limitValues.transfersPerLink);
  const other = new FakeSession();
  const wanted = { file, from: 0, window: 0 };
  const downloads = Array.from({ length: 20 }, () => files.openDownload(other, bob.idFp, wanted, store));
  t.is(await countCarriedOut(t, downloads), limitValues.transfersPerLink);
  await files.endTransfer(other, (await downloads[0])?.transfer ?? 0);
  const again = Array.from({ length: 20 }, () => files.openDownload(other, bob.idFp, wanted, store));
  t.is(await countCarriedOut(t, again), 1);
});

test("a person's transfers are limited over all links, and everybody's by what the daemon may open", async (t) => {
  const { files, list, store } = await openFileDaemon(t, { transfers: 2 * limitValues.transfersPerPerson + 3 });
  await upload({ files, store }, new FakeSession(), 10);
  await list(file);
  const open = (who: { idFp: Uint8Array }) => () =>
    files.openDownload(new FakeSession(), who.idFp, { file, from: 0, window: 0 }, store);
  t.is(await countCarriedOut(t, Array.from({ length: 40 }, open(bob))), limitValues.transfersPerPerson);
  t.is(await countCarriedOut(t, Array.from({ length: 40 }, open(alice))), 18, 'as many as are free');
});

test('an upload or download without a free descriptor is refused as busy and not counted against the person', async (t) => {
  let code: string | null = null;
  const full = (async (...args: Parameters<FileSystem['open']>) => {
    if (code !== null) throw Object.assign(new Error('too many open files'), { code });
    return fs.open(...args);
  }) as FileSystem['open'];
  const { files, list, store } = await openFileDaemon(t, {
    fs: withDescriptorRefusals({ ...(fs as FileSystem), open: full }),
  });
  const session = new FakeSession();
  await upload({ files, store }, session, 10);
  await list(file);
  for (code of ['EMFILE', 'ENFILE']) {
    for (let n = 0; n < 10; n += 1) {
      await throwsRefusal(t, files.openUpload(session, alice.idFp, uploadParams(10, id(50, 16)), store), 'busy');
      await throwsRefusal(t, files.openDownload(session, bob.idFp, { file, from: 0, window: 1 }, store), 'busy');
    }
  }
  code = null;
  await upload({ files, store }, session, 10, id(50, 16));
  await files.openDownload(session, bob.idFp, { file, from: 0, window: 1 }, store);
  await until(() => session.segments.length === 1);
});
