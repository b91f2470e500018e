import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { type DaemonIdentity, openIdentity, readFingerprint } from '../../../src/daemon/accounts/identity.ts';
import { StartError } from '../../../src/daemon/data/start-error.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { inlineOpaque } from '../../../src/protocol/crypto/opaque.ts';
import type { KeyPair } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { fixtureKey } from '../../fixtures/keys.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** Buffers and other views compare as what they hold. */
function plain(identity: DaemonIdentity) {
  return JSON.stringify(identity, (_, value) =>
    value?.type === 'Buffer' ? value.data : value instanceof Uint8Array ? [...value] : value,
  );
}

async function prepare(t: ExecutionContext) {
  const dir = await temporaryFolder(t);
  const pairs = [fixtureKey('daemon-link'), fixtureKey('daemon-sign')];
  let made = 0;
  const rsa = { ...inlineRsa, generate: async () => pairs[made++ % 2] as KeyPair };
  const open = () =>
    openIdentity({ dir, fs, random: systemRandom, rsa, opaque: inlineOpaque, log: pino({ level: 'silent' }) });
  return { dir, open, made: () => made };
}

test('made once, private, and the same ever after', async (t) => {
  const { dir, open, made } = await prepare(t);
  t.is(await readFingerprint(fs, dir), null);
  const first = await open();
  t.deepEqual(plain(await open()), plain(first));
  t.is(made(), 2);
  t.deepEqual(await readFingerprint(fs, dir), first.fingerprint);
  for (const file of ['daemon.key', 'opaque.setup']) t.is((await fs.stat(join(dir, file))).mode & 0o777, 0o600);
});

for (const file of ['daemon.key', 'opaque.setup']) {
  test(`${file} missing beside users stops the start and is not made anew`, async (t) => {
    const { dir, open } = await prepare(t);
    await open();
    await fs.writeFile(join(dir, 'users.txt'), `bob:opaque1:abc:${'ab'.repeat(32)}:\n`);
    await fs.unlink(join(dir, file));
    await t.throwsAsync(open(), { instanceOf: StartError, message: new RegExp(`${file} is missing.*backup`) });
    await t.throwsAsync(fs.stat(join(dir, file)), { code: 'ENOENT' });
  });

  test(`${file} damaged or newer stops the start`, async (t) => {
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

test('legacy lines alone need no key yet, a database does', async (t) => {
  const { dir, open } = await prepare(t);
  await fs.writeFile(join(dir, 'users.txt'), '# old\nbob:secret\n');
  await t.notThrowsAsync(open());
  await fs.unlink(join(dir, 'daemon.key'));
  await fs.writeFile(join(dir, 'securechat.db'), '');
  await t.throwsAsync(open(), { instanceOf: StartError, message: /daemon.key is missing/ });
});
