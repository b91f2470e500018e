import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { ClientError } from '../../../src/client/errors.ts';
import { KeyFile } from '../../../src/client/profile/key-file.ts';
import { Profile } from '../../../src/client/profile/profile.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { openProfile as open } from '../../helpers/client/profile.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const cheap = { memory: 64, passes: 1, lanes: 1 };
const aad = new TextEncoder().encode('here');

const folder = async (t: ExecutionContext): Promise<string> => join(await temporaryFolder(t), 'profile');

test('a new folder and its key are readable by the owner only', async (t) => {
  const dir = await folder(t);
  await open(t, dir);
  t.is((await fs.stat(dir)).mode & 0o777, 0o700);
  t.is((await fs.stat(join(dir, 'profile.key'))).mode & 0o777, 0o600);
  t.deepEqual(
    (await fs.readdir(dir)).filter((name) => name.startsWith('profile.key.')),
    [],
  );
});

test('a sealed value opens in the next process, at its own place only', async (t) => {
  const dir = await folder(t);
  const sealed = (await open(t, dir)).seal(Uint8Array.of(1, 2, 3), aad);
  const later = await open(t, dir);
  t.deepEqual(later.open(sealed, aad), Uint8Array.of(1, 2, 3));
  t.throws(() => later.open(sealed, new TextEncoder().encode('there')), { instanceOf: ClientError, code: 'refused' });
});

test('any changed or missing byte is refused', async (t) => {
  const profile = await open(t, await folder(t));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (plain, at, flip) => {
      const sealed = profile.seal(plain, aad);
      t.deepEqual(profile.open(sealed, aad), plain);
      const changed = sealed.slice();
      changed[at % sealed.length] = (changed[at % sealed.length] ?? 0) ^ flip;
      t.throws(() => profile.open(changed, aad), { instanceOf: ClientError });
      t.throws(() => profile.open(sealed.slice(0, at % sealed.length), aad), { instanceOf: ClientError });
    }),
  );
});

test('two processes that make a profile at once share one key', async (t) => {
  const dir = await folder(t);
  const [one, two] = await Promise.all([open(t, dir), open(t, dir)]);
  t.deepEqual(two?.open(one?.seal(aad, aad) ?? aad, aad), aad);
});

test('a lost or cut key is reported in a sentence and never made anew', async (t) => {
  const dir = await folder(t);
  await (await open(t, dir)).close();
  await fs.truncate(join(dir, 'profile.key'), 31);
  const cut = await t.throwsAsync(Profile.open(dir, fs, systemRandom), { instanceOf: ClientError, code: 'refused' });
  t.regex(cut?.message ?? '', /damaged; restore it/);
  await fs.unlink(join(dir, 'profile.key'));
  const gone = await t.throwsAsync(Profile.open(dir, fs, systemRandom), { instanceOf: ClientError, code: 'refused' });
  t.regex(gone?.message ?? '', /profile.key is missing/);
});

test('a device is held by one process at a time, and passed on', async (t) => {
  const dir = await folder(t);
  const one = await open(t, dir);
  const two = await open(t, dir);
  const first = await one.devices.lease();
  const second = await two.devices.lease();
  t.not(first.device, second.device);
  t.is(two.devices.tryLease(first.device), null);
  first.release();
  const again = await two.devices.lease();
  t.is(again.device, first.device);
  again.release();
  second.release();
  t.is((await one.devices.lease([second.device])).device, second.device);
});

test('isHeld() tells whether a device is held without taking it', async (t) => {
  const dir = await folder(t);
  const one = await open(t, dir);
  const two = await open(t, dir);
  const { device, release } = await one.devices.lease();
  t.true(two.devices.isHeld(device));
  t.true(one.devices.isHeld(device));
  t.is(two.devices.tryLease(device), null, 'to look does not let go');
  release();
  t.false(two.devices.isHeld(device));
  t.is((await two.devices.lease()).device, device);
});

test('a retired device is never leased again', async (t) => {
  const profile = await open(t, await folder(t));
  const lease = await profile.devices.lease();
  await profile.devices.retire(lease.device);
  lease.release();
  t.not((await profile.devices.lease()).device, lease.device);
});

test('a device is free again when its process is killed', async (t) => {
  const profile = await open(t, await folder(t));
  const holder = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { Devices } from ${JSON.stringify(new URL('../../../src/client/profile/device-lock.ts', import.meta.url).href)};
     const lease = new Devices(${JSON.stringify(profile.dir)}, null, null).tryLease(5);
     console.log('held');
     setInterval(() => lease, 1000);`,
  ]);
  t.teardown(() => holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  t.is(profile.devices.tryLease(5), null);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  t.is(profile.devices.tryLease(5)?.device, 5);
});

test('what a profile sealed opens before, during and after a lock, and a running process goes on', async (t) => {
  const dir = await folder(t);
  const running = await open(t, dir);
  const sealed = running.seal(aad, aad);
  const keyFile = new KeyFile(dir, fs, systemRandom, cheap);
  const key = await keyFile.open(async () => null);
  t.is(await running.lock(), null);
  await keyFile.replace(key, { passphrase: 'correct horse', after: 60_000 });
  t.deepEqual(await running.lock(), { after: 60_000 });
  t.deepEqual(running.open(sealed, aad), aad);
  await running.db.run('INSERT INTO devices (device) VALUES (7)');

  await t.throwsAsync(Profile.open(dir, fs, systemRandom), { instanceOf: ClientError, code: 'usage' });
  const asked = await Profile.open(dir, fs, systemRandom, { passphrase: async () => 'correct horse' });
  t.deepEqual(asked.open(sealed, aad), aad);
  t.deepEqual(await asked.devices.all(), [7]);
  await asked.close();
  await keyFile.replace(key, null);
  t.deepEqual((await open(t, dir)).open(sealed, aad), aad);
});

test('isPassphrase() compares with the lock as it is now', async (t) => {
  const dir = await folder(t);
  const profile = await open(t, dir);
  const keyFile = new KeyFile(dir, fs, systemRandom, cheap);
  const key = await keyFile.open(async () => null);
  t.true(await profile.isPassphrase('anything'), 'there is no lock');
  await keyFile.replace(key, { passphrase: 'correct horse', after: null });
  t.true(await profile.isPassphrase('correct horse'));
  t.false(await profile.isPassphrase('battery staple'));
  await keyFile.replace(key, { passphrase: 'battery staple', after: null });
  t.true(await profile.isPassphrase('battery staple'));
  // A lock, or a plain key, of another profile opens nothing.
  await keyFile.replace(new Uint8Array(32), { passphrase: 'mine', after: null });
  t.false(await profile.isPassphrase('mine'));
  await keyFile.replace(new Uint8Array(32), null);
  t.false(await profile.isPassphrase('mine'));
  await fs.truncate(join(dir, 'profile.key'), 20);
  await t.throwsAsync(profile.isPassphrase('mine'), { instanceOf: ClientError, code: 'refused' });
});

test('a lock does not replace the key: a copy of profile.key from before opens what came later', async (t) => {
  const dir = await folder(t);
  const profile = await open(t, dir);
  const copy = await fs.readFile(join(dir, 'profile.key'));
  const keyFile = new KeyFile(dir, fs, systemRandom, cheap);
  await keyFile.replace(copy, { passphrase: 'correct horse', after: null });
  const later = profile.seal(aad, aad);
  await fs.writeFile(join(dir, 'profile.key'), copy);
  t.deepEqual((await open(t, dir)).open(later, aad), aad);
});
