import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { FileSystem } from '../../../src/platform/file-system.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { SEGMENT_OVERHEAD } from '../../../src/protocol/sealed/file.ts';
import { openTransferProfile } from '../../helpers/client/transfer-profile.ts';
import { BIG, failsWith, receiver, segSize, sender, sentFile, withBob } from '../../helpers/client/transfer-sides.ts';
import { alice } from '../../helpers/daemon/file-daemon.ts';
import { systemError } from '../../helpers/patched-file-system.ts';

test('a download goes on after the complete segments on the disk', async (t) => {
  const at = await sender(t);
  const { manifest, bytes } = await sentFile(at, BIG);
  const out = join(at.dir, 'out');
  const stop = new AbortController();
  const one = receiver(t, at.daemon);
  one.wire.onDown = (index) => {
    if (index === 50) stop.abort();
  };
  await failsWith(
    t,
    one.transfers.download(withBob, manifest, { dir: out, signal: stop.signal }),
    'cancelled',
    /repeat/,
  );
  const [part] = await fs.readdir(out);
  t.regex(part ?? '', /^a file\.bin\.[0-9a-f]{8}\.part$/);
  await fs.appendFile(join(out, part ?? ''), 'torn');
  const two = receiver(t, at.daemon, { profile: one.profile });
  const path = await two.transfers.download(withBob, manifest, { dir: out });
  t.true((await fs.readFile(path)).equals(bytes));
  t.true(two.wire.segmentsDown < 50, `${two.wire.segmentsDown} segments were fetched again`);
});

test('a damaged part is downloaded anew', async (t) => {
  const at = await sender(t);
  const { manifest, bytes } = await sentFile(at, 3 * segSize + 1);
  const out = join(at.dir, 'out');
  await fs.mkdir(out);
  await fs.writeFile(join(out, 'a file.bin.00000000.part'), Buffer.alloc(2 * segSize));
  const profile = { ...openTransferProfile(t), random: (size: number) => new Uint8Array(size) };
  const path = await receiver(t, at.daemon, { profile }).transfers.download(withBob, manifest, { dir: out });
  t.deepEqual(await fs.readdir(out), ['a file.bin']);
  t.true((await fs.readFile(path)).equals(bytes));
});

test('a download whose folder became read-only starts again in the folder given now', async (t) => {
  const at = await sender(t);
  const { manifest, bytes } = await sentFile(at, 8 * segSize);
  const [old, other] = [join(at.dir, 'old'), join(at.dir, 'other')];
  const stop = new AbortController();
  const one = receiver(t, at.daemon);
  one.wire.onDown = (index) => {
    if (index === 5) stop.abort();
  };
  await failsWith(
    t,
    one.transfers.download(withBob, manifest, { dir: old, signal: stop.signal }),
    'cancelled',
    /repeat/,
  );
  const readOnly: FileSystem = {
    ...(fs as FileSystem),
    open: async (path, flags, mode) => {
      if (path.startsWith(old)) throw systemError('EROFS');
      return fs.open(path, flags, mode);
    },
  };
  const { transfers } = receiver(t, at.daemon, { profile: one.profile, fs: readOnly });
  const [left] = await transfers.list();
  if (left === undefined) return t.fail();
  const goOn = (dir?: string) => transfers.resume(left, dir === undefined ? {} : { dir }, manifest);
  await failsWith(t, goOn(), 'usage', /old is on a disk that can only be read/);
  await failsWith(t, goOn(old), 'usage', /old is on a disk that can only be read/);
  t.is((await goOn(other)).note, join(other, 'a file.bin'));
  t.true((await fs.readFile(join(other, 'a file.bin'))).equals(bytes));
  t.deepEqual(await transfers.list(), []);
});

test('a changed byte on the daemon, and a manifest of other content, are refused', async (t) => {
  const at = await sender(t);
  const { manifest } = await sentFile(at, 2 * segSize);
  const out = join(at.dir, 'out');
  const other = receiver(t, at.daemon).transfers.download(withBob, { ...manifest, sha256: alice.idFp }, { dir: out });
  await failsWith(t, other, 'refused', /not what its sender signed/);
  t.deepEqual(await fs.readdir(out), []);
  const stored = await fs.open(join(at.daemon.dir, hex(manifest.fileId)), 'r+');
  await stored.write(Buffer.of(1, 2, 3), 0, 3, segSize + 100);
  await stored.close();
  await failsWith(
    t,
    receiver(t, at.daemon).transfers.download(withBob, manifest, { dir: out }),
    'refused',
    /something else/,
  );
  t.false((await fs.readdir(out)).includes('a file.bin'));
});

test('attack: segments beyond the requested window end the download', async (t) => {
  const at = await sender(t);
  const { manifest } = await sentFile(at, 3 * segSize);
  const { wire, transfers } = receiver(t, at.daemon);
  const stored = await fs.readFile(join(at.daemon.dir, hex(manifest.fileId)));
  const step = segSize + SEGMENT_OVERHEAD;
  wire.onSegment = (_, handler) => {
    for (let index = 0; index < 3; index++) handler(index, stored.subarray(index * step, (index + 1) * step));
    return () => {};
  };
  await failsWith(t, transfers.download(withBob, manifest, { dir: join(at.dir, 'out') }), 'refused', /something else/);
});
