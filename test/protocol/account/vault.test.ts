import { randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { systemRandom } from '../../../src/platform/random.ts';
import { openCard, signCard } from '../../../src/protocol/account/card.ts';
import { MAX_VAULT_KEYS, openVault, sealVault, type VaultContents } from '../../../src/protocol/account/vault.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { fixtureCardKey, fixtureSealKey } from '../../fixtures/keys.ts';
import { damaged, patched } from '../../helpers/protocol/damage.ts';
import { DAEMON_ID, person, T0 } from '../../helpers/protocol/people.ts';

const refused = { instanceOf: ProtocolError, code: 'vault', message: 'the vault does not open' };
const [alice, bob] = [await person('alice'), await person('bob')];
const exportKey = randomBytes(64);
const carols = fixtureSealKey('carol-encryption');
const second = await signCard(inlineRsa, alice.identity, {
  name: 'alice',
  ...fixtureCardKey('carol-encryption'),
  cardSeq: 2,
  notBefore: T0 + 1,
  notAfter: T0 + 2,
  prevCardHash: alice.card.hash,
});
const first = { card: alice.cardBytes, pkcs8: alice.encryption.pkcs8, seed: alice.encryption.seed };
const contents: VaultContents = {
  version: 3,
  identity: alice.identity,
  keys: [{ card: second, pkcs8: carols.pkcs8, seed: carols.seed }, first],
};
const owner = { daemonId: DAEMON_ID, name: 'alice', idFp: alice.idFp };
const vault = sealVault(exportKey, owner, contents, systemRandom);

test('a vault returns its keys, with and without a known owner', (t) => {
  t.deepEqual(structuredClone(openVault(exportKey, owner, vault)), structuredClone(contents));
  const { idFp: _, ...unknown } = owner;
  t.is(openVault(exportKey, unknown, vault).version, 3);
  t.is(openCard(openVault(exportKey, unknown, vault).keys[0]?.card ?? new Uint8Array()).cardSeq, 2);
});

test('the daemon, another name, another identity and another password cannot open a vault', (t) => {
  const wrong = { daemon: { daemonId: new Uint8Array(32) }, name: { name: 'bob' }, identity: { idFp: bob.idFp } };
  for (const [what, change] of Object.entries(wrong))
    t.throws(() => openVault(exportKey, { ...owner, ...change }, vault), refused, what);
  t.throws(() => openVault(randomBytes(64), owner, vault), refused);
});

test('a damaged vault is refused', (t) => {
  fc.assert(
    fc.property(damaged(vault), (bytes) => {
      const error = t.throws(() => openVault(exportKey, owner, bytes), { instanceOf: ProtocolError });
      t.true(error?.code === 'vault' || (error?.code === 'version' && (bytes[0] ?? 0) > 1));
    }),
    { numRuns: 200 },
  );
  t.throws(() => openVault(exportKey, owner, new Uint8Array()), refused);
});

test('a vault with a changed version is refused', (t) => {
  for (const version of [0, 2, 4])
    t.throws(() => openVault(exportKey, owner, patched(vault, 1, Uint8Array.of(0, 0, 0, version))), refused);
});

test('a vault of a newer program is reported as such', (t) => {
  t.throws(() => openVault(exportKey, owner, patched(vault, 0, Uint8Array.of(3))), {
    instanceOf: ProtocolError,
    code: 'version',
    message: /update/,
  });
});

test('two vaults with the same keys differ', (t) => {
  t.notDeepEqual(sealVault(exportKey, owner, contents, systemRandom), vault);
});

for (const [what, change] of Object.entries({
  'the key of another card': { keys: [{ ...first, pkcs8: bob.encryption.pkcs8 }] },
  'the seed of another card': { keys: [{ ...first, seed: bob.encryption.seed }] },
  'the card of another person': {
    keys: [{ card: bob.cardBytes, pkcs8: bob.encryption.pkcs8, seed: bob.encryption.seed }],
  },
  'another identity': { identity: bob.identity },
  'an older card first': { keys: [...contents.keys].reverse() },
  'one card twice': { keys: [first, first] },
  'no key': { keys: [] },
  'too many keys': { keys: Array.from({ length: MAX_VAULT_KEYS + 1 }, () => first) },
}))
  test(`keys that do not belong together are not sealed: ${what}`, (t) => {
    t.throws(() => sealVault(exportKey, owner, { ...contents, ...change }, systemRandom), refused);
  });

test('keys are not sealed for another name or fingerprint', (t) => {
  for (const change of [{ name: 'bob' }, { idFp: bob.idFp }])
    t.throws(() => sealVault(exportKey, { ...owner, ...change }, contents, systemRandom), refused);
});
