import * as nodeFs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { FilesFolder } from '../../../src/daemon/files/files-folder.ts';
import type { FileSystem } from '../../../src/platform/file-system.ts';
import { patchedFileSystem, systemError } from '../../helpers/patched-file-system.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { until } from '../../helpers/until.ts';

test('names added during a sync share the next sync, and each is durable after it', async (t) => {
  const dir = join(await temporaryFolder(t), 'server_files');
  await nodeFs.mkdir(dir);
  let [begun, letGo] = [0, () => {}];
  const slow: FileSystem = patchedFileSystem((handle) => ({
    sync: async () => {
      begun += 1;
      await new Promise<void>((resolve) => {
        letGo = resolve;
      });
      await handle.sync();
    },
  }));
  const folder = new FilesFolder(dir, slow, { warn: () => {} });
  const first = folder.sync();
  await until(() => begun === 1);
  let done = 0;
  const others = [1, 2, 3].map(() => folder.sync().then(() => (done += 1)));
  letGo();
  await first;
  t.is(done, 0, 'the one that was under way may have been too early for these');
  await until(() => begun === 2);
  letGo();
  await Promise.all(others);
  t.is(begun, 2);
});

test('a part whose name cannot be made durable is closed again', async (t) => {
  const dir = join(await temporaryFolder(t), 'server_files');
  await nodeFs.mkdir(dir);
  let open = 0;
  const failing: FileSystem = patchedFileSystem((handle) => {
    open += 1;
    return {
      sync: async () => {
        throw systemError('EIO');
      },
      close: async () => {
        open -= 1;
        await handle.close();
      },
    };
  });
  await t.throwsAsync(new FilesFolder(dir, failing, { warn: () => {} }).openPart(new Uint8Array(16)), {
    message: /EIO/,
  });
  t.is(open, 0);
});
