import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { KeyFile } from '../../../src/client/profile/key-file.ts';
import type { FileSystem, OpenFile } from '../../../src/platform/file-system.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { equal } from '../../../src/protocol/base/bytes.ts';
import { patchedFileSystem, systemError } from '../../helpers/patched-file-system.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const nobody = async () => null;
const cheap = { memory: 64, passes: 1, lanes: 1 };
const lock = { passphrase: 'correct horse', after: null };

/** Answers with these, one after the other. */
function answers(...words: (string | null)[]) {
  const asked: boolean[] = [];
  return {
    asked,
    ask: async (isAgain: boolean) => {
      asked.push(isAgain);
      return words.shift() ?? null;
    },
  };
}

/** A folder with a key. */
async function keyIn(t: ExecutionContext) {
  const dir = await temporaryFolder(t);
  const file = new KeyFile(dir, fs, systemRandom, cheap);
  return { dir, file, path: join(dir, 'profile.key'), key: await file.open(nobody) };
}

async function isHere(file: KeyFile, key: Uint8Array): Promise<'plain' | 'locked' | 'neither'> {
  const held = await file.read();
  const isLocked = !(held instanceof Uint8Array);
  const opened = isLocked ? await held.open(lock.passphrase) : held;
  return opened === null || !equal(opened, key) ? 'neither' : isLocked ? 'locked' : 'plain';
}

test('a locked key opens with its passphrase, and without one after the lock is removed', async (t) => {
  const { file, key, path } = await keyIn(t);
  await file.replace(key, lock);
  t.is((await fs.stat(path)).mode & 0o777, 0o600);
  t.false((await fs.readFile(path)).includes(Buffer.from(key)));
  t.deepEqual(await file.open(async () => 'correct horse'), Buffer.from(key));
  await file.replace(key, null);
  t.deepEqual(await file.open(nobody), key);
});

test('a wrong passphrase is asked again, three times in all', async (t) => {
  const { file, key } = await keyIn(t);
  await file.replace(key, lock);
  const late = answers('one', 'two', 'correct horse');
  t.deepEqual(await file.open(late.ask), Buffer.from(key));
  t.deepEqual(late.asked, [false, true, true]);
  const refused = { instanceOf: ClientError, code: 'login-refused', message: 'the passphrase of the profile is wrong' };
  const wrong = answers('one', 'two', 'three', 'correct horse');
  await t.throwsAsync(file.open(wrong.ask), refused);
  t.is(wrong.asked.length, 3);
  await t.throwsAsync(file.open(answers('one', null).ask), refused);
  await t.throwsAsync(file.open(nobody), {
    instanceOf: ClientError,
    code: 'usage',
    message: /is locked: give --profile/,
  });
});

test('a damaged file is reported as such, and nobody is asked', async (t) => {
  const { file, key, path } = await keyIn(t);
  await file.replace(key, lock);
  const whole = await fs.readFile(path);
  for (const bytes of [
    whole.subarray(0, 32),
    whole.subarray(0, 100),
    whole.map((byte, at) => (at === 60 ? byte ^ 1 : byte)),
  ]) {
    await fs.writeFile(path, bytes);
    await t.throwsAsync(
      file.open(async () => t.fail('asked') as never),
      {
        instanceOf: ClientError,
        code: 'refused',
        message: /profile\.key is damaged; restore it/,
      },
    );
  }
});

test('a lock of a newer program is left alone', async (t) => {
  const { file, key, path } = await keyIn(t);
  await file.replace(key, lock);
  const bytes = await fs.readFile(path);
  bytes[16] = 2;
  await fs.writeFile(path, bytes);
  await t.throwsAsync(file.open(nobody), { instanceOf: ClientError, code: 'version', message: /update securechat/ });
});

test('there is nothing to lock in an empty folder', async (t) => {
  const file = new KeyFile(await temporaryFolder(t), fs, systemRandom, cheap);
  await t.throwsAsync(file.read(), { instanceOf: ClientError, code: 'refused', message: /there is no profile in/ });
});

for (const [code, refused] of [
  ['ENOSPC', 'disk-full'],
  ['EROFS', 'usage'],
  ['EACCES', 'usage'],
] as const)
  test(`when the new file cannot be written (${code}), the old lock stays`, async (t) => {
    const { dir, file, key } = await keyIn(t);
    await file.replace(key, lock);
    const failing = patchedFileSystem(() => ({ write: async () => Promise.reject(systemError(code)) }));
    await t.throwsAsync(new KeyFile(dir, failing, systemRandom, cheap).replace(key, null), {
      instanceOf: ClientError,
      code: refused,
      message: /profile\.key cannot be replaced: .*; it is as it was before$/,
    });
    t.is(await isHere(file, key), 'locked');
    t.deepEqual(await fs.readdir(dir), ['profile.key']);
  });

/** A file system whose process is killed before its step number `at`. `killed` resolves then, or when all steps are done. */
function killedAt(at: number): { files: FileSystem; killed: Promise<void>; dies(): void } {
  let step = 0;
  const opened = new Set<OpenFile>();
  const { promise: killed, resolve: dies } = Promise.withResolvers<void>();
  const alive = async <T>(action: () => Promise<T>): Promise<T> => {
    if (step++ < at) return action();
    for (const handle of opened) await handle.close();
    opened.clear();
    dies();
    return new Promise(() => {});
  };
  const patched = patchedFileSystem((handle) => {
    opened.add(handle);
    return {
      // 50 bytes at a time: the process may die in the middle of the file.
      write: (bytes, offset, length, position) =>
        alive(() => handle.write(bytes, offset, Math.min(length, 50), position)),
      sync: () => alive(() => handle.sync()),
      close: () =>
        alive(async () => {
          opened.delete(handle);
          await handle.close();
        }),
    };
  });
  const files: FileSystem = {
    ...patched,
    open: (path, flags, mode) => alive(() => patched.open(path, flags, mode)),
    rename: (from, to) => alive(() => fs.rename(from, to)),
    unlink: (path) => alive(() => fs.unlink(path)),
  };
  return { files, killed, dies };
}

test('killed at any step of locking and unlocking, there is the old file or the new one, and no copy is left later', async (t) => {
  const { dir, file, key } = await keyIn(t);
  for (const goal of ['locked', 'plain'] as const) {
    const before = goal === 'locked' ? 'plain' : 'locked';
    const outcomes = new Set<string>();
    let done = false;
    for (let at = 0; !done; at++) {
      await file.replace(key, goal === 'locked' ? null : lock);
      const { files, killed, dies } = killedAt(at);
      const replaced = new KeyFile(dir, files, systemRandom, cheap)
        .replace(key, goal === 'locked' ? lock : null)
        .then(() => {
          done = true;
          dies();
        });
      await Promise.race([killed, replaced]);
      const found = await isHere(file, key);
      outcomes.add(found);
      await file.open(async () => lock.passphrase);
      if (found === 'locked') t.deepEqual(await fs.readdir(dir), ['profile.key'], 'no plain copy beside a lock');
    }
    t.deepEqual([...outcomes].sort(), [before, goal].sort());
  }
});

test('locking removes plain copies that an interrupted start left, and no file of the person', async (t) => {
  const { dir, file, key } = await keyIn(t);
  for (const name of ['profile.key.0123456789abcdef', 'profile.key.77-1.new', 'profile.key.bak', 'profile.key2'])
    await fs.writeFile(join(dir, name), key);
  await file.replace(key, lock);
  t.deepEqual((await fs.readdir(dir)).sort(), ['profile.key', 'profile.key.bak', 'profile.key2']);
});
