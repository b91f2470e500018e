import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { type DaemonIdentity, openIdentity, storedFingerprint } from '../../../src/daemon/accounts/identity.ts';
import { StartError } from '../../../src/daemon/data/start-error.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { inlineOpaque } from '../../../src/protocol/crypto/opaque.ts';
import type { KeyPair } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { fixtureKey, fixtureSealKey } from '../../fixtures/keys.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** Serializes Buffers and other views alike, so that they compare by content. */
function plain(identity: DaemonIdentity) {
  return JSON.stringify(identity, (_, value) =>
    value?.type === 'Buffer' ? value.data : value instanceof Uint8Array ? [...value] : value,
  );
}

async function prepare(t: ExecutionContext) {
  const dir = await temporaryFolder(t);
  const pairs = [fixtureSealKey('daemon-link'), fixtureKey('daemon-sign')];
  let made = 0;
  const rsa = { ...inlineRsa, generate: async () => pairs[made++ % 2] as KeyPair };
  const open = () =>
    openIdentity({ dir, fs, random: systemRandom, rsa, opaque: inlineOpaque, log: pino({ level: 'silent' }) });
  return { dir, open, made: () => made };
}

test('the keys are made once, with private files, and stay the same', async (t) => {
  const { dir, open, made } = await prepare(t);
  t.is(await storedFingerprint(fs, dir), null);
  const first = await open();
  t.deepEqual(plain(await open()), plain(first));
  t.is(made(), 2);
  t.deepEqual(await storedFingerprint(fs, dir), first.fingerprint);
  for (const file of ['daemon.key', 'opaque.setup']) t.is((await fs.stat(join(dir, file))).mode & 0o777, 0o600);
});

for (const file of ['daemon.key', 'opaque.setup']) {
  test(`a missing ${file} beside users stops the start and is not made anew`, async (t) => {
    const { dir, open } = await prepare(t);
    await open();
    await fs.writeFile(join(dir, 'users.txt'), `bob:opaque1:abc:${'ab'.repeat(32)}:\n`);
    await fs.unlink(join(dir, file));
    await t.throwsAsync(open(), { instanceOf: StartError, message: new RegExp(`${file} is missing.*backup`) });
    await t.throwsAsync(fs.stat(join(dir, file)), { code: 'ENOENT' });
  });

  test(`a damaged or newer ${file} stops the start`, async (t) => {
    const { dir, open } = await prepare(t);
    await open();
    for (const text of ['', '{}', '[1]', 'null', '{"v":1}', '{"v":"1"}']) {
      await fs.writeFile(join(dir, file), text);
      await t.throwsAsync(open(), { instanceOf: StartError, message: /is damaged/ }, text);
    }
    await fs.writeFile(join(dir, file), '{"v":2}');
    await t.throwsAsync(open(), { instanceOf: StartError, message: /newer daemon \(version 2\)/ });
  });
}

test('a missing key is made beside legacy lines, but stops the start beside a database', async (t) => {
  const { dir, open } = await prepare(t);
  await fs.writeFile(join(dir, 'users.txt'), '# old\nbob:secret\n');
  await t.notThrowsAsync(open());
  await fs.unlink(join(dir, 'daemon.key'));
  await fs.writeFile(join(dir, 'securechat.db'), '');
  await t.throwsAsync(open(), { instanceOf: StartError, message: /daemon.key is missing/ });
});
