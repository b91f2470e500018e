import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { EphemeralKeys } from '../../../src/client/keys/ephemeral-keys.ts';
import { equal } from '../../../src/protocol/base/bytes.ts';
import type { KeyPair } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa, type Rsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { fixtureKey } from '../../fixtures/keys.ts';
import { openProfile } from '../../helpers/client/profile.ts';

/** Returns the fixtures one after the other instead of searching for primes. */
function countingRsa(): Rsa & { made: number } {
  const names = ['ephemeral', 'alice-encryption', 'bob-encryption', 'carol-encryption'] as const;
  const rsa = {
    ...inlineRsa,
    made: 0,
    async generate(): Promise<KeyPair> {
      return fixtureKey(names[rsa.made++ % names.length] ?? 'ephemeral');
    },
  };
  return rsa;
}

test('the spare pair is used once, by one process, and removed before it is used', async (t) => {
  const profile = await openProfile(t);
  const rsa = countingRsa();
  const first = new EphemeralKeys(profile, rsa);
  first.makeSpare();
  await first.spareMade();
  t.is((await stat(join(profile.dir, 'spare.key'))).mode & 0o777, 0o600);
  const two = await Promise.all([new EphemeralKeys(profile, rsa).take(), new EphemeralKeys(profile, rsa).take()]);
  t.is(rsa.made, 2);
  t.false(equal(two[0].pkcs8, two[1].pkcs8));
  t.deepEqual(
    (await readdir(profile.dir)).filter((name) => name.startsWith('spare')),
    [],
  );
});

test('the spare pair is stored sealed', async (t) => {
  const profile = await openProfile(t);
  const ephemerals = new EphemeralKeys(profile, countingRsa());
  ephemerals.makeSpare();
  await ephemerals.spareMade();
  const file = await readFile(join(profile.dir, 'spare.key'));
  t.is(file.indexOf(fixtureKey('ephemeral').pkcs8.subarray(0, 40)), -1);
});

test('prepare() makes the pair that take() returns, and no pair is returned twice', async (t) => {
  const rsa = countingRsa();
  const ephemerals = new EphemeralKeys(await openProfile(t), rsa);
  ephemerals.prepare();
  ephemerals.prepare();
  const first = await ephemerals.take();
  const second = await ephemerals.take();
  t.is(rsa.made, 2);
  t.false(equal(first.spki, second.spki));
});

test('a damaged spare is dropped and a new pair is made', async (t) => {
  const profile = await openProfile(t);
  await writeFile(join(profile.dir, 'spare.key'), 'nonsense');
  const rsa = countingRsa();
  await new EphemeralKeys(profile, rsa).take();
  t.is(rsa.made, 1);
});

test('only one spare is made', async (t) => {
  const rsa = countingRsa();
  const ephemerals = new EphemeralKeys(await openProfile(t), rsa);
  ephemerals.makeSpare();
  ephemerals.makeSpare();
  await ephemerals.spareMade();
  t.is(rsa.made, 1);
});
