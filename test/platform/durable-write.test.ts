import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { replaceDurably } from '../../src/platform/durable-write.ts';
import type { FileSystem } from '../../src/platform/file-system.ts';
import { utf8 } from '../../src/protocol/base/bytes.ts';
import { patchedFileSystem, systemError } from '../helpers/patched-file-system.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** The real file system with a list of its steps, where the step `failing` fails. */
function traced(steps: string[], failing?: string): FileSystem {
  const step = (name: string) => {
    steps.push(name);
    if (name === failing) throw systemError('ENOSPC');
  };
  const files = patchedFileSystem(async (handle) => {
    const what = (await handle.stat()).isDirectory() ? 'folder' : 'file';
    return {
      // One byte at a time: a short write is not an error.
      write: async (bytes, offset, _length, position) => {
        const written = await handle.write(bytes, offset, 1, position);
        step('write');
        return written;
      },
      sync: async () => {
        await handle.sync();
        step(`sync ${what}`);
      },
    };
  });
  return {
    ...files,
    async rename(from, to) {
      step('rename');
      await fs.rename(from, to);
    },
  };
}

test('a file is written, synced and renamed, and its folder synced, in this order', async (t) => {
  const dir = await temporaryFolder(t);
  const steps: string[] = [];
  await fs.writeFile(join(dir, 'users.txt'), 'old and longer', { mode: 0o644 });
  await replaceDurably(traced(steps), join(dir, 'users.txt'), utf8('new'));
  t.deepEqual(steps, ['write', 'write', 'write', 'sync file', 'rename', 'sync folder']);
  t.is(await fs.readFile(join(dir, 'users.txt'), 'utf8'), 'new');
  t.is((await fs.stat(join(dir, 'users.txt'))).mode & 0o777, 0o600);
  t.deepEqual(await fs.readdir(dir), ['users.txt']);
});

for (const failing of ['write', 'sync file', 'rename']) {
  test(`if the step "${failing}" fails, the old file stays, and no other is left`, async (t) => {
    const dir = await temporaryFolder(t);
    await fs.writeFile(join(dir, 'users.txt'), 'old');
    await t.throwsAsync(replaceDurably(traced([], failing), join(dir, 'users.txt'), utf8('new')), { code: 'ENOSPC' });
    t.is(await fs.readFile(join(dir, 'users.txt'), 'utf8'), 'old');
    t.deepEqual(await fs.readdir(dir), ['users.txt']);
  });
}

test('concurrent writes leave one whole file', async (t) => {
  const dir = await temporaryFolder(t);
  const texts = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(1000));
  await Promise.all(texts.map((text) => replaceDurably(fs, join(dir, 'f'), utf8(text))));
  t.true(texts.includes(await fs.readFile(join(dir, 'f'), 'utf8')));
  t.deepEqual(await fs.readdir(dir), ['f']);
});
