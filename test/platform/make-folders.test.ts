import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { makeFolders } from '../../src/platform/make-folders.ts';
import { systemError } from '../helpers/patched-file-system.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

test('a folder is made with its parents, also if another process makes it at the same time', async (t) => {
  const dir = await temporaryFolder(t);
  const deep = join(dir, 'a', 'b', 'c');
  await Promise.all([makeFolders(fs, deep, 0o700), makeFolders(fs, deep, 0o700)]);
  await makeFolders(fs, deep);
  t.is((await fs.stat(join(dir, 'a'))).mode & 0o777, 0o700);
  t.is((await fs.stat(deep)).mode & 0o777, 0o700);
});

test('a folder that cannot be made is reported once, with the reason', async (t) => {
  const dir = await temporaryFolder(t);
  await fs.writeFile(join(dir, 'file'), '');
  for (const path of ['file', 'file/a']) await t.throwsAsync(makeFolders(fs, join(dir, path)), { code: 'ENOTDIR' });
  for (const code of ['EROFS', 'ENOENT']) {
    let asked = 0;
    const mkdir = async () => {
      asked += 1;
      throw systemError(code);
    };
    await t.throwsAsync(makeFolders({ ...fs, mkdir }, join(dir, 'a', 'b')), { code });
    t.is(asked, 1);
  }
});
