/** Whole files: upload, download, and resuming after losses. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { TransferState } from '../../../src/client/types.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import {
  BIG,
  failsWith,
  newFile,
  receiver,
  segSize,
  sender,
  sentFile,
  withBob,
} from '../../helpers/client/transfer-sides.ts';

for (const size of [0, 1, segSize - 1, segSize, segSize + 1, BIG]) {
  test(`a file of ${size} bytes is uploaded and downloaded`, async (t) => {
    const at = await sender(t);
    const { manifest, bytes } = await sentFile(at, size);
    t.like(manifest, { size, name: 'a file.bin', segSize });
    t.deepEqual(Buffer.from(manifest.sha256), createHash('sha256').update(bytes).digest());
    const out = join(at.dir, 'out');
    const states: TransferState[] = [];
    const path = await receiver(t, at.daemon).transfers.download({ ...withBob, name: '@alice' }, manifest, {
      dir: out,
      onProgress: (state) => states.push(state),
    });
    t.is(path, join(out, 'a file.bin'));
    t.true((await fs.readFile(path)).equals(bytes));
    t.deepEqual(await fs.readdir(out), ['a file.bin'], 'no part is left');
    t.like(states.at(-1), { state: 'done', done: size, note: path, rate: 0 });
  });
}

test("the daemon's copy of a file shows nothing of its content", async (t) => {
  const at = await sender(t);
  const path = join(at.dir, 'zeros');
  await fs.writeFile(path, Buffer.alloc(1000));
  const manifest = await at.transfers.upload(withBob, path);
  const stored = await fs.readFile(join(at.daemon.dir, hex(manifest.fileId)));
  t.is(stored.length, 1028);
  t.false(stored.includes(Buffer.alloc(8)));
});

test('lost links cost only time, in both directions', async (t) => {
  const at = await sender(t);
  let cuts = 0;
  at.wire.onUp = (index) => {
    if (![20, 50].includes(index) || cuts > 3) return;
    cuts += 1;
    void at.wire.cut();
  };
  const { manifest, bytes } = await sentFile(at, BIG);
  t.true(cuts >= 2);
  const { wire, transfers } = receiver(t, at.daemon);
  let lost = 0;
  wire.onDown = (index) => {
    if (index !== 30 || lost > 0) return;
    lost += 1;
    void wire.cut();
  };
  const path = await transfers.download(withBob, manifest, { dir: join(at.dir, 'out') });
  t.is(lost, 1);
  t.true((await fs.readFile(path)).equals(bytes));
  t.true(wire.segmentsDown <= manifest.count + 35, 'it went on and did not begin again');
});

test('a restarted daemon goes on from the bytes on its disk', async (t) => {
  const at = await sender(t);
  let restarted: Promise<unknown> | null = null;
  at.wire.onUp = (index) => {
    if (index !== 60 || restarted !== null) return;
    restarted = at.wire.cut().then(() => at.daemon.restart());
    at.wire.back = restarted;
  };
  const { manifest, bytes } = await sentFile(at, BIG);
  t.truthy(restarted);
  const path = await receiver(t, at.daemon).transfers.download(withBob, manifest, { dir: join(at.dir, 'out') });
  t.true((await fs.readFile(path)).equals(bytes));
});

test('a connection that closes for good ends running transfers', async (t) => {
  const at = await sender(t);
  const { path } = await newFile(at.dir, BIG);
  at.wire.onUp = (index) => {
    if (index === 5) at.wire.close();
  };
  await failsWith(t, at.transfers.upload(withBob, path), 'unreachable', /repeat it to go on/);
});
