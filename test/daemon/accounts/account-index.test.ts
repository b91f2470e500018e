import test from 'ava';
import { AccountIndex } from '../../../src/daemon/accounts/account-index.ts';
import { accountLine } from '../../../src/daemon/accounts/users-file.ts';

const identity = (n: number) => new Uint8Array(32).fill(n);
const account = (name: string, n: number | null) => ({
  name,
  record: 'abc',
  idFp: n === null ? null : identity(n),
  flags: new Set<string>(),
});

test('accounts put one by one are found like those of a whole file, and a replaced identity is not found', (t) => {
  const [dora, alice, omega, bob] = [account('dora', 5), account('alice', 4), account('Ωmega', 3), account('bob', 2)];
  const put = new AccountIndex();
  put.reset([accountLine(dora)]);
  for (const each of [account('bob', null), account('alice', 1), omega, bob, alice]) put.put(each);
  const read = new AccountIndex();
  read.reset([dora, bob, alice, omega].map(accountLine));
  for (const index of [put, read]) {
    t.deepEqual(index.all(), [dora, bob, alice, omega]);
    t.deepEqual([...index.after('alice')], [bob, dora, omega]);
    for (const each of [dora, alice, omega, bob]) t.is(index.byIdentity(each.idFp ?? identity(0)), each);
    t.is(index.byIdentity(identity(1)), undefined);
    t.is(index.lookAlikeOf('alice.'), 'alice');
  }
});
