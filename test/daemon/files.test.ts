/** The daemon's files as a whole: what goes up comes down. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import test from 'ava';
import { hex } from '../../src/protocol/bytes.ts';
import { alice, bob, FakeSession, id, mallory, openFileDaemon } from '../helpers/file-daemon.ts';
import { file, opening, sealed, segSize, send } from '../helpers/file-upload.ts';
import { refused } from '../helpers/refusal.ts';
import { until } from '../helpers/until.ts';

test('what goes up comes down, byte for byte, to those who may', async (t) => {
  const { files, store, dir, list } = await openFileDaemon(t);
  const session = new FakeSession();
  const segments = sealed(3 * segSize + 5);
  const opened = await files.openUpload(session, alice.idFp, opening(3 * segSize + 5));
  t.like(opened, { next: 0, whole: false });
  await send(files, session, opened, segments);
  await refused(t, files.openDownload(new FakeSession(), bob.idFp, { file, from: 0, window: 9 }), 'no-such-file');
  await files.finishUpload(session, opened.transfer);
  t.deepEqual(await fs.readdir(dir), [hex(file)]);
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
