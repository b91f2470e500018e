import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readDataFile } from '../../../src/daemon/data/data-file.ts';
import { StartError } from '../../../src/daemon/data/start-error.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('a file that cannot be read is named, with the next step', async (t) => {
  const path = join(await temporaryFolder(t), 'users.txt');
  t.is(await readDataFile(fs, path), null);
  await fs.mkdir(path);
  await t.throwsAsync(readDataFile(fs, path), {
    instanceOf: StartError,
    message: `${path} is a folder, but must be a file; move it away, and restore the file from a backup if there was one`,
  });
  const failing = (code: string) => ({
    readFile: () => Promise.reject(Object.assign(new Error(`${code}: no luck`), { code, syscall: 'read' })),
  });
  await t.throwsAsync(readDataFile(failing('EACCES'), path), {
    instanceOf: StartError,
    message: /users\.txt cannot be read by .*make that user the owner of the file$/,
  });
  await t.throwsAsync(readDataFile(failing('EIO'), path), {
    instanceOf: StartError,
    message: /users\.txt cannot be read \(EIO: no luck\); check its disk, or restore it from a backup$/,
  });
});

test('errors that are not of the file system are passed on', async (t) => {
  const busy = new Refusal('busy', 'later');
  const readFile = () => Promise.reject(busy);
  t.is(await t.throwsAsync(readDataFile({ readFile }, 'x')), busy);
});
