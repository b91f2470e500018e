/** Where downloads land. */
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { hex } from '../../../../src/protocol/bytes.ts';
import type { FileSystem } from '../../../../src/protocol/seams.ts';
import { changedFiles, systemError } from '../../../helpers/open-files.ts';
import { fails, place, receiver, sender, sent } from '../../../helpers/transfer-sides.ts';

test('nothing is overwritten and no name leaves the folder', async (t) => {
  const at = await sender(t);
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
  const at = await sender(t);
  const { manifest } = await sent(at, 5);
  const out = join(at.dir, 'out');
  await fs.mkdir(out);
  await fs.writeFile(join(at.dir, 'victim'), 'precious');
  const part = `a file.bin.${hex(manifest.fileId).slice(0, 8)}.part`;
  await fs.symlink(join(at.dir, 'victim'), join(out, part));
  await fails(t, receiver(t, at.daemon).transfers.download(place, manifest, { dir: out }), 'usage', /in the way/);
  t.is(await fs.readFile(join(at.dir, 'victim'), 'utf8'), 'precious');
});

test('a full disk, no permission and a file in the place of the folder are sentences', async (t) => {
  const at = await sender(t);
  const { manifest } = await sent(at, 5);
  const failing = (code: string) =>
    changedFiles(() => ({
      write: async () => {
        throw systemError(code);
      },
    }));
  const get = (code: string) =>
    receiver(t, at.daemon, { fs: failing(code) }).transfers.download(place, manifest, { dir: join(at.dir, 'out') });
  await fails(t, get('ENOSPC'), 'refused', /disk is full/);
  await fails(t, get('EACCES'), 'usage', /may be written.*--downloads/);
  await fs.writeFile(join(at.dir, 'plain'), '');
  const bobs = receiver(t, at.daemon).transfers;
  await fails(t, bobs.download(place, manifest, { dir: join(at.dir, 'plain') }), 'usage', /not a folder/);
});

test('where there are no hard links a name is reserved and taken', async (t) => {
  const at = await sender(t);
  const { manifest, bytes } = await sent(at, 50);
  const fat: FileSystem = {
    ...(fs as FileSystem),
    link: async () => {
      throw systemError('EPERM');
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
