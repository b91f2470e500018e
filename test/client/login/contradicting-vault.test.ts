import test from 'ava';
import { AccountStore } from '../../../src/client/keys/account-store.ts';
import { renewKeys } from '../../../src/client/keys/my-keys.ts';
import { KeySync } from '../../../src/client/login/key-sync.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { openCard } from '../../../src/protocol/account/card.ts';
import { sealVault } from '../../../src/protocol/account/vault.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { openProfile } from '../../helpers/client/profile.ts';
import { rsaInTurn } from '../../helpers/client/sign-in.ts';
import { DAEMON_ID, person } from '../../helpers/protocol/people.ts';

test('a newer vault that contradicts the keys of this profile replaces them only after a question', async (t) => {
  const alice = await person('alice');
  const first = {
    identity: alice.identity,
    keys: [{ card: alice.cardBytes, pkcs8: alice.encryption.pkcs8, seed: alice.encryption.seed }],
  };
  const now = { ...systemClock, now: () => openCard(alice.cardBytes).notBefore + 86_400_000 };
  const local = await renewKeys(rsaInTurn('bob-encryption'), now, first, true); // card 2, made here
  const other = await renewKeys(rsaInTurn('carol-encryption'), now, first, true); // card 2, made elsewhere
  const newest = await renewKeys(rsaInTurn('mallory-encryption'), now, other, true); // card 3
  const profile = await openProfile(t);
  const store = new AccountStore(profile, now);
  const daemon = new Uint8Array(32);
  await store.replace(daemon, 'alice', { keys: local, vaultVersion: 2, vaultStored: 2, localKeys: false });
  const exportKey = new Uint8Array(64).fill(5);
  const idFp = alice.idFp;
  const vault = sealVault(
    exportKey,
    { daemonId: DAEMON_ID, name: 'alice', idFp },
    { version: 7, ...newest },
    systemRandom,
  );
  const asked: string[] = [];
  const sync = new KeySync({
    store,
    rsa: inlineRsa,
    opaque: () => {
      throw new Error('no');
    },
    clock: now,
    random: systemRandom,
    daemon,
    daemonId: DAEMON_ID,
    name: 'alice',
    ask: {
      confirm: async ({ kind }: { kind: string }) => {
        asked.push(kind);
        return true;
      },
    },
  } as never);
  const calls = {
    request: async (method: string) =>
      method === 'vault-get'
        ? { vault, version: 7, at: 0 }
        : method === 'cards'
          ? { cards: newest.keys.slice(0, 1).map(({ card }) => card) }
          : { at: 0 },
  };
  const welcome = {
    session: 1,
    name: 'alice',
    idFp,
    mustRenew: false,
    recordHash: new Uint8Array(32),
    vault: { version: 7, at: 0 },
    localKeys: false,
    shared: 0,
    replaced: null,
    ticket: null,
    lobby: new Uint8Array(32),
    at: 0,
    maxFileSize: 1,
  };
  await sync.afterPasswordLogin(calls as never, { welcome, exportKey }, 'pw');
  const kept = (await store.load(daemon, 'alice'))?.keys.keys.map(({ pkcs8 }) => hex(pkcs8)) ?? [];
  const mine = hex(local.keys[0]?.pkcs8 ?? new Uint8Array());
  t.deepEqual(asked, ['other-keys']);
  t.false(kept.includes(mine), 'the person agreed');
});
