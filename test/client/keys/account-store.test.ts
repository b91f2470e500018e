import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { AccountStore } from '../../../src/client/keys/account-store.ts';
import { lastAccount } from '../../../src/client/profile/last-account.ts';
import { KnownDaemons } from '../../../src/client/trust/known-daemons.ts';
import { signCard } from '../../../src/protocol/account/card.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { fixtureCardKey, fixtureKey, fixtureSealKey } from '../../fixtures/keys.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const daemon = new Uint8Array(32).fill(1);
const other = new Uint8Array(32).fill(2);
const identity = fixtureKey('alice-identity');

/** A card of Alice's with any number. */
async function cardOf(cardSeq: number, notAfter = 5e9): Promise<Uint8Array> {
  const prevCardHash = new Uint8Array(32).fill(cardSeq - 1);
  const about = {
    name: 'alice',
    ...fixtureCardKey('alice-encryption'),
    cardSeq,
    notBefore: 1e9,
    notAfter,
    prevCardHash,
  };
  return Uint8Array.from(await signCard(inlineRsa, identity, about));
}

const { pkcs8, seed } = fixtureSealKey('alice-encryption');
const keys = { identity, keys: [{ card: await cardOf(1), pkcs8, seed }] };

test('an account is stored by daemon and name', async (t) => {
  const store = new AccountStore(await openProfile(t), manualClock());
  t.is(await store.load(daemon, 'alice'), null);
  await store.save(daemon, 'alice', { keys, vaultVersion: 3, vaultStored: 2, localKeys: true });
  t.deepEqual(await store.load(daemon, 'alice'), { keys, vaultVersion: 3, vaultStored: 2, localKeys: true });
  t.is(await store.load(other, 'alice'), null);
});

test('versions and local keys never go back, and no card replaces a later one', async (t) => {
  const store = new AccountStore(await openProfile(t), manualClock());
  const { pkcs8 } = fixtureSealKey('alice-encryption');
  const account = async (cardSeq: number, notAfter = 5e9) => ({
    identity,
    keys: [{ card: await cardOf(cardSeq, notAfter), pkcs8, seed }],
  });
  const second = await account(2);
  await store.save(daemon, 'alice', { keys: second, vaultVersion: 7, vaultStored: 6, localKeys: true });
  const stored = await store.save(daemon, 'alice', { keys: second, vaultVersion: 3, vaultStored: 3, localKeys: false });
  t.deepEqual(stored, { keys: second, vaultVersion: 7, vaultStored: 6, localKeys: true });
  for (const other of [await account(1), await account(2, 4e9)])
    t.deepEqual(
      (await store.save(daemon, 'alice', { keys: other, vaultVersion: 9, vaultStored: 9, localKeys: true })).keys,
      second,
    );
  const third = await account(3);
  t.deepEqual((await store.save(daemon, 'alice', { ...stored, keys: third })).keys, third);
  await store.replace(daemon, 'alice', { keys, vaultVersion: 0, vaultStored: 0, localKeys: false });
  t.deepEqual(await store.load(daemon, 'alice'), { keys, vaultVersion: 0, vaultStored: 0, localKeys: false });
});

test('the last used name comes first', async (t) => {
  const clock = manualClock();
  const store = new AccountStore(await openProfile(t), clock);
  for (const name of ['alice', 'bob', 'alice']) {
    await store.save(daemon, name, { keys, vaultVersion: 0, vaultStored: 0, localKeys: false });
    clock.advance(1);
  }
  t.deepEqual(await store.names(daemon), ['alice', 'bob']);
});

test('without a server or name the last used ones are chosen', async (t) => {
  const clock = manualClock();
  const profile = await openProfile(t);
  const store = new AccountStore(profile, clock);
  t.is(await lastAccount(profile.db), null);
  const known = new KnownDaemons(profile.db, clock);
  await known.remember({ host: 'here', port: 1 }, daemon);
  t.deepEqual(await lastAccount(profile.db), { server: 'here:1' }, 'known, and nobody was made there yet');
  await known.remember({ host: 'there', port: 2 }, other);
  const account = { keys, vaultVersion: 0, vaultStored: 0, localKeys: false };
  for (const [at, name] of [
    [daemon, 'alice'],
    [daemon, 'bob'],
    [other, 'carol'],
  ] as const) {
    clock.advance(1);
    await store.save(at, name, account);
  }
  t.deepEqual(await lastAccount(profile.db), { server: 'there:2', user: 'carol' });
  t.deepEqual(await lastAccount(profile.db, 'alice'), { server: 'here:1', user: 'alice' });
  t.deepEqual(await lastAccount(profile.db, 'nobody'), { server: 'there:2', user: 'carol' });
  clock.advance(1);
  await store.markUsed(daemon, 'alice');
  t.deepEqual(await lastAccount(profile.db), { server: 'here:1', user: 'alice' });
  t.deepEqual(await store.names(daemon), ['alice', 'bob']);
});

test('a ticket belongs to one device and can be dropped', async (t) => {
  const store = new AccountStore(await openProfile(t), manualClock());
  const ticket = { secret: new Uint8Array(32).fill(7), deviceName: 'desk' };
  await store.saveTicket(daemon, 'alice', 5, ticket);
  t.deepEqual(await store.ticket(daemon, 'alice', 5), ticket);
  t.is(await store.ticket(daemon, 'alice', 6), null);
  t.deepEqual(await store.devicesWithTicket(daemon, 'alice'), [5]);
  await store.saveTicket(daemon, 'alice', 5, null);
  t.is(await store.ticket(daemon, 'alice', 5), null);
});

test('no file of the profile contains a private key or a ticket in clear', async (t) => {
  const profile = await openProfile(t);
  const store = new AccountStore(profile, manualClock());
  const secret = Buffer.from('a ticket that could be looked for');
  await store.save(daemon, 'alice', { keys, vaultVersion: 0, vaultStored: 0, localKeys: false });
  await store.saveTicket(daemon, 'alice', 5, { secret, deviceName: 'desk' });
  for (const name of await readdir(profile.dir)) {
    const file = await readFile(join(profile.dir, name));
    for (const hidden of [identity.pkcs8.subarray(100, 140), secret]) t.is(file.indexOf(hidden), -1, name);
  }
});
