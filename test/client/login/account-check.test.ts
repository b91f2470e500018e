import test from 'ava';
import fc from 'fast-check';
import type { Account } from '../../../src/client/keys/account-store.ts';
import { checkKeyLogin, confirmDoubt, findDoubt } from '../../../src/client/login/account-check.ts';
import type { Welcome } from '../../../src/protocol/wire/login-requests.ts';
import { NO_HASH, person } from '../../helpers/protocol/people.ts';

const alice = await person('alice');
const [mine, other] = [alice.idFp, NO_HASH];
const { pkcs8, seed } = alice.encryption;
const keys = { identity: alice.identity, keys: [{ card: alice.cardBytes, pkcs8, seed }] };

const someWelcome = fc.record({
  idFp: fc.constantFrom(mine, other, null),
  mustRenew: fc.boolean(),
  localKeys: fc.boolean(),
  vault: fc.option(fc.record({ version: fc.nat(5), at: fc.nat(9) })),
}) as fc.Arbitrary<Welcome>;
const someAccount = fc.record({
  keys: fc.constant(keys),
  vaultVersion: fc.nat(5),
  vaultStored: fc.nat(5),
  localKeys: fc.boolean(),
}) as fc.Arbitrary<Account>;

/** The doubt about this welcome; null if it fits, 'never' if it is refused without a question. */
function doubtKind(welcome: Welcome, account: Account | null): string | null {
  try {
    return findDoubt(welcome, account, 'alice')?.kind ?? null;
  } catch {
    return 'never';
  }
}

test('a welcome without doubt matches the stored account, or has a newer vault', (t) => {
  fc.assert(
    fc.property(someWelcome, someAccount, (welcome, account) => {
      if (doubtKind(welcome, account) !== null) return;
      const made = account.vaultVersion > 0 || account.localKeys;
      t.false(welcome.mustRenew && made, 'keys are not asked for again');
      if (welcome.mustRenew) return;
      t.is(welcome.idFp, mine);
      t.is(welcome.localKeys, account.localKeys);
      t.true(account.localKeys || (welcome.vault?.version ?? 0) >= account.vaultStored);
    }),
    { seed: 7, numRuns: 300 },
  );
  t.pass();
});

test('keys that stay on this machine are never uploaded, whatever the person answers', (t) => {
  fc.assert(
    fc.property(someWelcome, someAccount, (welcome, account) => {
      const wants = welcome.mustRenew || (welcome.idFp === mine && !welcome.localKeys);
      if (account.localKeys && wants) t.is(doubtKind(welcome, account), 'never');
    }),
    { seed: 7, numRuns: 300 },
  );
  t.pass();
});

const good = { idFp: mine, mustRenew: false, localKeys: false, vault: { version: 3, at: 1 } } as unknown as Welcome;
const mineAtThree: Account = { keys, vaultVersion: 3, vaultStored: 3, localKeys: false };

test('each contradiction raises its own question', (t) => {
  const cases: [string | null, Partial<Welcome>, Account | null][] = [
    [null, {}, mineAtThree],
    [null, { vault: { version: 9, at: 1 } }, mineAtThree],
    [null, {}, null],
    ['no-keys', { mustRenew: true, idFp: null }, null],
    ['reset', { mustRenew: true }, mineAtThree],
    [null, { mustRenew: true, idFp: null }, { ...mineAtThree, vaultVersion: 0, vaultStored: 0 }],
    ['other-identity', { idFp: other }, mineAtThree],
    ['vault-back', { vault: { version: 2, at: 1 } }, mineAtThree],
    ['vault-back', { vault: null }, mineAtThree],
    [null, { vault: null }, { ...mineAtThree, vaultStored: 0 }],
    ['keeps-no-vault', { localKeys: true }, mineAtThree],
    ['never', { idFp: null }, mineAtThree],
    ['never', {}, { ...mineAtThree, localKeys: true }],
  ];
  for (const [kind, lie, account] of cases) t.is(doubtKind({ ...good, ...lie }, account), kind, JSON.stringify(lie));
});

test('a login by key must be for the identity that logged in', (t) => {
  t.notThrows(() => checkKeyLogin(good, mineAtThree, 'alice'));
  for (const lie of [{ mustRenew: true }, { idFp: null }, { idFp: other }])
    t.throws(() => checkKeyLogin({ ...good, ...lie }, mineAtThree, 'alice'), { code: 'untrusted' });
});

test('without a person to ask the answer is no', async (t) => {
  const doubt = findDoubt({ ...good, vault: null }, mineAtThree, 'alice');
  await t.throwsAsync(confirmDoubt({}, doubt), {
    code: 'untrusted',
    message: /had stored version 3.*nothing was sent/,
  });
  await t.throwsAsync(confirmDoubt({ confirm: async () => false }, doubt), { code: 'untrusted' });
  await t.notThrowsAsync(confirmDoubt({ confirm: async () => true }, doubt));
  await t.notThrowsAsync(confirmDoubt({}, null));
});
