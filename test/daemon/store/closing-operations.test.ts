import test from 'ava';
import {
  alice,
  bob,
  bytes16,
  bytes32,
  carol,
  fetchParams,
  temporaryStore,
  testNote,
} from '../../helpers/daemon/store.ts';

const [withBob, withMyself] = [bytes32(77), bytes32(78)];
const myNote = (n: number) => testNote(n, { conversation: withMyself, to: alice, id: bytes16(1000 + n) });
const upload = (file: Uint8Array, conversation = withBob) => ({
  file,
  owner: alice.idFp,
  conversation,
  size: 10,
  segSize: 65_536,
  charge: 100,
  quota: 1000,
});
const openStore = async (t: Parameters<typeof temporaryStore>[0]) => (await temporaryStore(t)).store;
type Opened = Awaited<ReturnType<typeof openStore>>;

async function close(store: Opened, { idFp } = alice): Promise<number> {
  let steps = 1;
  while ((await store.finishClosing({ idFp })).more) steps += 1;
  return steps;
}

test('a closing is remembered until it is finished or dropped', async (t) => {
  const store = await openStore(t);
  await store.addClosing(alice);
  await store.addClosing(alice);
  await store.addClosing(bob);
  t.deepEqual((await store.closings({})).map(({ name }) => name).sort(), ['alice', 'bob']);
  await store.dropClosing(bob);
  const [left] = await store.closings({});
  t.deepEqual(
    { name: left?.name, idFp: Buffer.from(left?.idFp ?? []) },
    { name: 'alice', idFp: Buffer.from(alice.idFp) },
  );
  t.is(await close(store), 1);
  t.deepEqual(await store.closings({}), []);
});

test('devices, vaults, shared state and unlisted files of the account are deleted, and those of others stay', async (t) => {
  const store = await openStore(t);
  for (const { idFp } of [alice, bob]) {
    await store.putDevice({ idFp, device: 5, ticketHash: bytes32(1), kind: 'device', name: 'laptop', address: '::1' });
    await store.putShared({ idFp, after: 0, version: 1, bytes: new Uint8Array(9) });
    const record = bytes32(2);
    await store.putVault({ idFp, recordHash: record, current: record, version: 1, bytes: new Uint8Array(9) });
  }
  const [begun, whole, listed] = [bytes16(1), bytes16(2), bytes16(3)];
  for (const file of [begun, whole, listed]) await store.openFile(upload(file));
  for (const file of [whole, listed]) await store.finishFile({ file, sha256: bytes32(1) });
  await store.appendNote(testNote(1, { file: listed }));
  await close(store);
  t.deepEqual(await store.devices({ idFp: alice.idFp }), []);
  t.is(await store.vaultInfo({ idFp: alice.idFp, recordHash: bytes32(2) }), null);
  t.is(await store.shared({ idFp: alice.idFp }), null);
  t.is((await store.devices({ idFp: bob.idFp })).length, 1);
  t.not(await store.vaultInfo({ idFp: bob.idFp, recordHash: bytes32(2) }), null);
  t.not(await store.shared({ idFp: bob.idFp }), null);
  const doomed = (await store.doomedFiles({})).map((file) => Buffer.from(file).toString('hex')).sort();
  t.deepEqual(
    doomed,
    [begun, whole].map((file) => Buffer.from(file).toString('hex')),
  );
  t.not(await store.listedFile({ file: listed, reader: bob.idFp }), null, 'Bob has this file');
  t.is(await store.listedFile({ file: listed, reader: alice.idFp }), null);
});

test('what others can read stays; what nobody can read any more is deleted, step by step', async (t) => {
  const store = await openStore(t);
  await store.appendNote(testNote(1));
  for (let n = 1; n <= 501; n++) await store.appendNote(myNote(n));
  const head = async (reader: Uint8Array, conversation: Uint8Array) =>
    (await store.conversations({ reader, after: null })).find(
      (one) => Buffer.compare(one.conversation, conversation) === 0,
    )?.head;
  t.is(await close(store), 2);
  t.is((await store.fetch(fetchParams())).entries.length, 1);
  t.is(await head(bob.idFp, withBob), 1);
  t.is(await head(alice.idFp, withMyself), undefined);
  await t.throwsAsync(store.fetch(fetchParams({ reader: alice.idFp })), { code: 'no-such-conversation' });
  await close(store, bob);
  await store.appendNote(testNote(2));
  const { entries } = await store.fetch(fetchParams({ reader: alice.idFp }));
  t.deepEqual(
    entries.map(({ seq }) => seq),
    [2],
    'the positions of a conversation never repeat',
  );
});

test('a file that nobody else can fetch any more is deleted and frees its quota', async (t) => {
  const store = await openStore(t);
  const [mine, shared] = [bytes16(1), bytes16(2)];
  await store.openFile(upload(mine, withMyself));
  await store.openFile({ ...upload(shared), charge: 900 });
  for (const file of [mine, shared]) await store.finishFile({ file, sha256: bytes32(1) });
  await store.appendNote({ ...myNote(1), file: mine });
  await store.appendNote(testNote(1, { file: shared }));
  await t.throwsAsync(store.openFile(upload(bytes16(3))), { code: 'quota' });
  await close(store);
  t.deepEqual(
    (await store.doomedFiles({})).map((file) => Buffer.compare(file, mine)),
    [0],
  );
  await close(store, bob);
  t.is((await store.doomedFiles({})).length, 2, 'both sides are gone');
  await t.notThrowsAsync(store.openFile({ ...upload(bytes16(4), bytes32(99)), charge: 1000 }));
});

test('the identity of a gone name is known to those who have a private conversation with it', async (t) => {
  const store = await openStore(t);
  await store.appendNote(testNote(1));
  await close(store);
  const former = await store.formerPeer({ reader: bob.idFp, name: 'alice' });
  t.deepEqual(Buffer.from(former ?? []), Buffer.from(alice.idFp));
  t.is(await store.formerPeer({ reader: carol.idFp, name: 'alice' }), null);
  t.is(await store.formerPeer({ reader: bob.idFp, name: 'nobody' }), null);
});

test('marks are passed on to nobody whose account is closed, as their name may be another person', async (t) => {
  const store = await openStore(t);
  await store.appendNote(testNote(1));
  const mark = (seq: number) => store.mark({ conversation: withBob, reader: bob.idFp, mark: 'delivered', seq });
  t.deepEqual((await mark(1)).others, ['alice']);
  await close(store);
  t.deepEqual((await mark(1)).others, []);
});

test('an account that is made again with the same keys reads its conversations again', async (t) => {
  const store = await openStore(t);
  await store.appendNote(testNote(1));
  await close(store);
  await store.appendNote(testNote(1, { author: bob, to: alice, id: bytes16(50), device: 2 }));
  t.is((await store.fetch(fetchParams({ reader: alice.idFp }))).entries.length, 2);
});
