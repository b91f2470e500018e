import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { NewPrivateFile, readExportFile } from '../../../src/client/key-export/export-file.ts';
import type { FileSystem } from '../../../src/platform/file-system.ts';
import { patchedFileSystem, systemError } from '../../helpers/patched-file-system.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const bytes = Buffer.from('sealed');

async function write(on: FileSystem, path: string): Promise<void> {
  const file = await NewPrivateFile.open(on, path);
  try {
    await file.finish(bytes);
  } catch (error) {
    await file.remove();
    throw error;
  }
}

test('a file is private, whole, and has its name at the end only', async (t) => {
  const dir = await temporaryFolder(t);
  const path = join(dir, 'a.scx');
  const file = await NewPrivateFile.open(fs, path);
  t.deepEqual(await fs.readdir(dir), ['a.scx.part']);
  await file.finish(bytes);
  t.deepEqual(await fs.readdir(dir), ['a.scx']);
  t.deepEqual(await fs.readFile(path), bytes);
  t.is((await fs.stat(path)).mode & 0o777, 0o600);
  await file.remove();
  t.deepEqual(await fs.readdir(dir), []);
});

test('nothing that is there is overwritten: a file, a link that leads nowhere, one that comes meanwhile, or a cut-off export', async (t) => {
  const dir = await temporaryFolder(t);
  const [taken, link, late, cut] = ['taken', 'link', 'late', 'cut'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
    string,
  ];
  await fs.writeFile(taken, 'mine');
  await fs.symlink(join(dir, 'nowhere'), link);
  await fs.writeFile(`${cut}.part`, 'half');
  for (const path of [taken, link])
    await t.throwsAsync(write(fs, path), { instanceOf: ClientError, code: 'usage', message: /exists already/ });
  await t.throwsAsync(write(fs, cut), { code: 'usage', message: /is left of an export that was cut off; delete it/ });
  const racing = patchedFileSystem(() => ({ sync: () => fs.writeFile(late, 'theirs') }));
  await t.throwsAsync(write(racing, late), { code: 'usage', message: /exists already/ });
  t.is((await fs.readFile(taken, 'utf8')) + (await fs.readFile(late, 'utf8')), 'minetheirs');
  t.deepEqual((await fs.readdir(dir)).sort(), ['cut.part', 'late', 'link', 'taken']);
});

test('a disk without links gets the file all the same, and it still overwrites nothing', async (t) => {
  const dir = await temporaryFolder(t);
  const stick: FileSystem = { ...(fs as FileSystem), link: async () => Promise.reject(systemError('EPERM')) };
  await write(stick, join(dir, 'a'));
  t.deepEqual(await fs.readFile(join(dir, 'a')), bytes);
  await t.throwsAsync(write(stick, join(dir, 'a')), { code: 'usage' });
  t.deepEqual(await fs.readdir(dir), ['a']);
});

const failures = [
  {
    code: 'ENOSPC',
    at: 'write',
    is: 'disk-full',
    message: /was not written: the disk is full; choose another folder$/,
  },
  { code: 'EDQUOT', at: 'sync', is: 'disk-full', message: /the disk is full/ },
  { code: 'EIO', at: 'sync', is: 'usage', message: /was not written: the system says EIO/ },
] as const;
for (const { code, at, is, message } of failures)
  test(`${code} at ${at} leaves no file`, async (t) => {
    const dir = await temporaryFolder(t);
    const broken = patchedFileSystem(() => ({ [at]: async () => Promise.reject(systemError(code)) }));
    await t.throwsAsync(write(broken, join(dir, 'a')), { instanceOf: ClientError, code: is, message });
    t.deepEqual(await fs.readdir(dir), []);
  });

test('a folder that cannot be written to, or is not there, is named', async (t) => {
  const dir = await temporaryFolder(t);
  for (const [code, message] of [
    ['EACCES', /you may not write there/],
    ['EROFS', /the disk can only be read/],
  ] as const) {
    const closed: FileSystem = { ...(fs as FileSystem), open: async () => Promise.reject(systemError(code)) };
    await t.throwsAsync(write(closed, join(dir, 'a')), { code: 'usage', message });
  }
  await t.throwsAsync(write(fs, join(dir, 'no', 'a')), { code: 'usage', message: /there is no folder/ });
});

test('an export is read if it is a regular file of a sensible size', async (t) => {
  const dir = await temporaryFolder(t);
  await fs.writeFile(join(dir, 'a'), bytes);
  t.deepEqual(Buffer.from(await readExportFile(fs, join(dir, 'a'))), bytes);
  await t.throwsAsync(readExportFile(fs, join(dir, 'b')), { code: 'usage', message: /does not exist/ });
  await t.throwsAsync(readExportFile(fs, dir), { code: 'usage', message: /is no regular file/ });
  await fs.truncate(join(dir, 'a'), 65 * 1024 * 1024);
  await t.throwsAsync(readExportFile(fs, join(dir, 'a')), { code: 'refused', message: /too large/ });
});
