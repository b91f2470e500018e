import test from 'ava';
import { alice, bytes32, temporaryStore } from '../../helpers/daemon/store.ts';

const [oldRecord, newRecord, thirdRecord] = [bytes32(1), bytes32(2), bytes32(3)];
const vault = (recordHash: Uint8Array, version: number) => ({
  idFp: alice.idFp,
  recordHash,
  current: oldRecord,
  version,
  bytes: new Uint8Array([version]),
});

test('the version of a vault only rises, and the same vault again gets its first answer', async (t) => {
  const { store, time } = await temporaryStore(t);
  const of = { idFp: alice.idFp, recordHash: oldRecord };
  t.is(await store.vault(of), null);
  t.deepEqual(await store.putVault(vault(oldRecord, 3)), { at: 1_000_000 });
  time.now += 7;
  t.deepEqual(await store.putVault(vault(oldRecord, 3)), { at: 1_000_000 });
  await t.throwsAsync(store.putVault({ ...vault(oldRecord, 3), bytes: new Uint8Array(9) }), { code: 'conflict' });
  await t.throwsAsync(store.putVault(vault(oldRecord, 2)), { code: 'conflict' });
  t.deepEqual(await store.putVault(vault(oldRecord, 4)), { at: 1_000_007 });
  t.deepEqual(await store.vault(of), { version: 4, bytes: new Uint8Array([4]), at: 1_000_007 });
  t.deepEqual(await store.vaultInfo(of), { version: 4, at: 1_000_007 });
});

test('an interrupted password change leaves the vault that belongs to the record', async (t) => {
  const { store } = await temporaryStore(t);
  const has = async (recordHash: Uint8Array) => (await store.vault({ idFp: alice.idFp, recordHash })) !== null;
  await store.putVault(vault(oldRecord, 1));
  await store.putVault(vault(newRecord, 2));
  t.true((await has(oldRecord)) && (await has(newRecord)));
  await store.putVault(vault(thirdRecord, 2));
  t.deepEqual([await has(oldRecord), await has(newRecord), await has(thirdRecord)], [true, false, true]);
  await store.dropOtherVaults({ idFp: alice.idFp, recordHash: bytes32(9) });
  t.true(await has(oldRecord), 'a record without a vault drops nothing');
  await store.dropOtherVaults({ idFp: alice.idFp, recordHash: thirdRecord });
  t.deepEqual([await has(oldRecord), await has(thirdRecord)], [false, true]);
});
