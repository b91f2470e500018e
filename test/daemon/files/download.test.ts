import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { bob, FakeSession, id, openFileDaemon } from '../../helpers/daemon/file-daemon.ts';
import { file, segSize, upload } from '../../helpers/daemon/file-upload.ts';
import { throwsRefusal } from '../../helpers/throws-refusal.ts';
import { until } from '../../helpers/until.ts';

test('a download waits for its link, and several downloads share the link', async (t) => {
  const daemon = await openFileDaemon(t);
  const up = new FakeSession();
  for (const each of [file, id(8, 16)]) {
    await upload(daemon, up, 20 * segSize, each);
    await daemon.list(each);
  }
  const down = new FakeSession();
  down.queued = 10 * 1024 * 1024;
  const one = await daemon.files.openDownload(down, bob.idFp, { file, from: 0, window: 20 }, daemon.store);
  const two = await daemon.files.openDownload(down, bob.idFp, { file: id(8, 16), from: 0, window: 20 }, daemon.store);
  await until(() => down.waiting === 2);
  t.is(down.segments.length, 0);
  down.drain();
  await until(() => down.segments.length === 40);
  const firstHalf = down.segments.slice(0, 20).filter((each) => each.transfer === one.transfer).length;
  t.true(firstHalf >= 5 && firstHalf <= 15, `${firstHalf} of the first 20 belong to the first`);
  t.is(down.segments.filter((each) => each.transfer === two.transfer).length, 20);
});

test('many downloads together run no further ahead of their link than one', async (t) => {
  const daemon = await openFileDaemon(t);
  await upload(daemon, new FakeSession(), 16 * segSize);
  await daemon.list(file);
  const low = 512 * 1024;
  let queued = 0;
  let most = 0;
  let came = 0;
  const waiting: (() => void)[] = [];
  const link = {
    get queuedBytes() {
      return queued;
    },
    drained: () => (queued < low ? Promise.resolve() : new Promise<void>((resolve) => waiting.push(resolve))),
    sendSegment(_transfer: number, _index: number, bytes: Uint8Array) {
      came += 1;
      queued += bytes.length;
      most = Math.max(most, queued);
    },
  };
  const session = { link, send() {} };
  const wanted = { file, from: 0, window: 16 };
  await Promise.all(
    Array.from({ length: 8 }, () => daemon.files.openDownload(session, bob.idFp, wanted, daemon.store)),
  );
  await until(() => {
    if (waiting.length > 0) {
      queued = low - 1;
      for (const wake of waiting.splice(0)) wake();
    }
    return came === 8 * 16;
  });
  t.true(most <= low + 2 * segSize, `${most} bytes`);
});

test('a listed file that is missing on disk is refused with a sentence', async (t) => {
  const daemon = await openFileDaemon(t);
  const session = new FakeSession();
  await upload(daemon, session, 5);
  await daemon.list(file);
  await fs.truncate(join(daemon.dir, hex(file)), 20);
  await daemon.files.openDownload(session, bob.idFp, { file, from: 0, window: 1 }, daemon.store);
  await until(() => session.events.some((one) => one.method === 'transfer-failed'));
  await fs.unlink(join(daemon.dir, hex(file)));
  await throwsRefusal(
    t,
    daemon.files.openDownload(session, bob.idFp, { file, from: 0, window: 1 }, daemon.store),
    'no-such-file',
  );
});
