import * as nodeFs from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { StorageError, watchSyncs } from '../../../src/daemon/data/storage-error.ts';
import { replaceDurably } from '../../../src/platform/durable-write.ts';
import type { FileSystem } from '../../../src/platform/file-system.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { connectTo, register } from '../../helpers/client/client.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { patchedFileSystem, systemError } from '../../helpers/patched-file-system.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** A file system whose syncs fail while `fail.code` is set. */
function disk() {
  const fail: { code: string | null } = { code: null };
  const fs = patchedFileSystem((file) => ({
    sync: async () => {
      if (fail.code !== null) throw systemError(fail.code);
      await file.sync();
    },
  }));
  return { fs, fail };
}

test('a failed sync is reported and thrown; a sync on a full disk is only thrown', async (t) => {
  const { fs, fail } = disk();
  const reported: StorageError[] = [];
  const watched = watchSyncs(fs, (error) => reported.push(error));
  const path = join(await temporaryFolder(t), 'users.txt');
  await replaceDurably(watched, path, Buffer.from('old'));
  fail.code = 'ENOSPC';
  await t.throwsAsync(replaceDurably(watched, path, Buffer.from('new')), { code: 'ENOSPC' });
  t.deepEqual(reported, []);
  fail.code = 'EIO';
  const error = await t.throwsAsync(replaceDurably(watched, path, Buffer.from('new')), { instanceOf: StorageError });
  t.deepEqual(reported, [error]);
  t.is(await readFile(path, 'utf8'), 'old');
});

test('if users.txt cannot be synced, the registration gets no answer and the daemon stops as broken', async (t) => {
  const { fs, fail } = disk();
  const { daemon, at } = await openDaemon(t, { fs });
  const alice = await connectTo(t, at);
  fail.code = 'EIO';
  const outcome = register(alice, 'alice', 'pw').then(
    () => 'answered',
    (error: { code?: string }) => error.code,
  );
  t.true((await daemon.broken) instanceof StorageError);
  await daemon.stop();
  t.is(alice.events.at(-1), 'closing');
  t.notRegex(String(await outcome), /answered|internal/);
});

test('attack: registering while users.txt cannot be written is refused and logs no error', async (t) => {
  const fail: { code: string | null } = { code: null };
  const open: FileSystem['open'] = async (path, flags, mode) => {
    if (fail.code !== null && path.includes('users.txt')) throw systemError(fail.code);
    return (nodeFs as FileSystem).open(path, flags, mode);
  };
  const { at, lines } = await openDaemon(t, { fs: { ...(nodeFs as FileSystem), open } });
  const stranger = await connectTo(t, at);
  for (const [code, refusal, who] of [
    ['ENOSPC', 'disk-full', 'alice'],
    ['EMFILE', 'busy', 'bob'],
  ] as const) {
    fail.code = code;
    await t.throwsAsync(register(stranger, who, 'pw'), { instanceOf: Refusal, code: refusal });
  }
  fail.code = null;
  await register(stranger, 'carol', 'pw');
  t.false(lines.some(({ level }) => Number(level) >= 50));
});
