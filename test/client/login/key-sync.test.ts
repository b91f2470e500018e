import * as fs from 'node:fs/promises';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { Profile } from '../../../src/client/profile/profile.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { inlineOpaque } from '../../../src/protocol/crypto/opaque.ts';
import { keysOf, quietAsk, rsaInTurn, signInAs } from '../../helpers/client/sign-in.ts';
import { writeFixtureKey } from '../../helpers/daemon/daemon.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

/** An RSA whose next pair is one that Alice never had. */
const renewing = rsaInTurn('bob-encryption');

test.serial('name and password restore the keys in an empty profile', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const here = await signInAs(t, { user: 'alice', server, password: 'secret', register: {} });
  const there = await signInAs(t, { user: 'alice', server, password: 'secret' });
  t.deepEqual(keysOf(there), keysOf(here));
  t.is(hex(there.keyring.me.identity.pkcs8), hex(here.keyring.me.identity.pkcs8));
  t.not(there.lease.device, here.lease.device);
});

test.serial('with local keys, no other machine gets the keys', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  const made = { user: 'alice', server, profile, password: 'secret', register: { localKeys: true } } as const;
  await (await signInAs(t, made)).close();
  await signInAs(t, { user: 'alice', server, profile });
  await t.throwsAsync(signInAs(t, { user: 'alice', server, password: 'secret' }), {
    instanceOf: ClientError,
    code: 'refused',
    message: /only on the machine where the account was made/,
  });
});

test.serial('a registration that was cut off before the vault is completed at the next login', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  const cut = quietAsk({
    progress: (step) => {
      if (step === 'vault') throw new Error('the power fails');
    },
  });
  const made = { user: 'alice', server, profile, password: 'secret', register: {}, ask: cut } as const;
  await t.throwsAsync(signInAs(t, made), { message: 'the power fails' });
  const again = await signInAs(t, { user: 'alice', server, profile, password: 'secret' });
  const elsewhere = await signInAs(t, { user: 'alice', server, password: 'secret' });
  t.deepEqual(keysOf(elsewhere), keysOf(again));
});

test.serial('keys are renewed long before their card expires, and the vault with them', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  const first = await signInAs(t, { user: 'alice', server, profile, password: 'secret', register: {} });
  const before = first.keyring.me.card;
  await first.close();
  const later = { ...systemClock, now: () => Date.now() + 61 * 86_400_000 };
  const byKey = await signInAs(t, { user: 'alice', server, profile }, { clock: later });
  t.is(byKey.keyring.me.card.cardSeq, 2);
  t.is(hex(byKey.keyring.me.card.ekFp), hex(before.ekFp), 'without the password the key stays');
  await byKey.close();
  const muchLater = { ...systemClock, now: () => Date.now() + 122 * 86_400_000 };
  const byPassword = await signInAs(
    t,
    { user: 'alice', server, profile, password: 'secret' },
    { clock: muchLater, rsa: renewing },
  );
  t.is(byPassword.keyring.me.card.cardSeq, 3);
  t.not(hex(byPassword.keyring.me.card.ekFp), hex(before.ekFp));
  t.is(byPassword.keyring.encryptionKeys().length, 2);
  const elsewhere = await signInAs(t, { user: 'alice', server, password: 'secret' }, { clock: muchLater });
  t.deepEqual(keysOf(elsewhere), keysOf(byPassword));
});

test.serial('keys that were renewed on another machine need the password', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  await (await signInAs(t, { user: 'alice', server, profile, password: 'secret', register: {} })).close();
  const later = { ...systemClock, now: () => Date.now() + 61 * 86_400_000 };
  const elsewhere = await signInAs(t, { user: 'alice', server, password: 'secret' }, { clock: later, rsa: renewing });
  let asked = 0;
  const ask = quietAsk({
    password: async () => {
      asked += 1;
      return 'secret';
    },
  });
  const me = await signInAs(t, { user: 'alice', server, profile, ask }, { clock: later });
  t.is(asked, 1);
  t.deepEqual(keysOf(me), keysOf(elsewhere));
});

test.serial('a legacy account gets its keys at its first login', async (t) => {
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, 'users.txt'), '# ours\nalice:secret\n', { mode: 0o600 });
  await writeFixtureKey(dir);
  const { join: server } = (await openDaemon(t, { dir })).at;
  t.notRegex(await readFile(join(dir, 'users.txt'), 'utf8'), /secret/);
  const profile = join(dir, 'profile');
  const first = { user: 'alice', server, password: 'secret', profile } as const;
  // The daemon of this test stretches passwords as usual.
  const agreed = { opaque: inlineOpaque };
  await t.throwsAsync(signInAs(t, first, agreed), { code: 'untrusted', message: /has no keys yet.*nothing was sent/ });
  const asked: string[] = [];
  const ask = quietAsk({
    confirm: async ({ kind }) => {
      asked.push(kind);
      return true;
    },
  });
  const me = await signInAs(t, { ...first, ask }, agreed);
  t.deepEqual(asked, ['no-keys']);
  t.truthy(await me.connection.request('people', { after: null }));
  await me.close();
  await (await signInAs(t, { user: 'alice', server, profile })).close();
  const there = await signInAs(t, { user: 'alice', server, password: 'secret' }, agreed);
  t.deepEqual(keysOf(there), keysOf(me));
  t.false(there.connection.welcome.mustRenew);
});

test.serial('the version of the vault never goes back', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const profile = join(await temporaryFolder(t), 'p');
  const made = { user: 'alice', server, profile, password: 'secret' } as const;
  await (await signInAs(t, { ...made, register: {} })).close();
  // As after the daemon was restored from a backup: this profile has seen version 9.
  const opened = await Profile.open(profile, fs, systemRandom);
  await opened.db.run('UPDATE accounts SET vault_version = 9');
  await opened.close();
  await (await signInAs(t, made)).close();
  const there = await signInAs(t, { user: 'alice', server, password: 'secret' });
  t.is(there.connection.welcome.vault?.version, 10);
});
