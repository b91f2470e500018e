import test from 'ava';
import { alice, bob, conversation, id } from '../../helpers/daemon/file-daemon.ts';
import { temporaryStore } from '../../helpers/daemon/store.ts';
import { throwsRefusal } from '../../helpers/throws-refusal.ts';

const carol = { idFp: id(3), name: 'carol' };
const file = id(7, 16);
const opened = { file, owner: alice.idFp, conversation, size: 10, segSize: 65_536, charge: 4096, quota: 8192 };

function note(n: number, of: Uint8Array | null, author = alice, to = bob) {
  return {
    conversation,
    author,
    to,
    id: id(n, 16),
    device: 1,
    n,
    bytes: Uint8Array.of(n),
    file: of,
    quota: null,
    stale: false,
  };
}

test('a file is listed once, by its owner, when it is complete and in its conversation', async (t) => {
  const { store } = await temporaryStore(t);
  await store.openFile(opened);
  await throwsRefusal(t, store.appendNote(note(1, file)), 'no-such-file');
  await store.syncFile({ file, synced: 1 });
  await store.finishFile({ file, sha256: id(4) });
  await throwsRefusal(t, store.appendNote({ ...note(1, file), conversation: id(8) }), 'no-such-file');
  await throwsRefusal(t, store.appendNote(note(1, file, bob, alice)), 'no-such-file');
  t.is(await store.listedFile({ file, reader: alice.idFp }), null);

  const placed = await store.appendNote(note(1, file));
  t.true((await store.appendNote(note(1, file))).duplicate, 'a resend is the same listing');
  await throwsRefusal(t, store.appendNote(note(2, file)), 'id-reused');
  t.false(await store.dropFile({ file, owner: alice.idFp }), 'what is listed stays');

  const row = await store.listedFile({ file, reader: bob.idFp });
  t.like(row, { size: 10, synced: 1, whole: true });
  t.is(await store.listedFile({ file, reader: carol.idFp }), null);
  const { files, more } = await store.files({ reader: bob.idFp, conversation: null, before: null });
  t.false(more);
  t.like(files[0], { with: 'alice', from: 'alice', size: 10, at: placed.at });
  t.is(files[0]?.entry.seq, placed.seq);
  await throwsRefusal(t, store.files({ reader: carol.idFp, conversation, before: null }), 'no-such-conversation');
});

test('files are listed newest first, page after page', async (t) => {
  const { store, time } = await temporaryStore(t);
  time.now = 1000;
  for (let n = 1; n <= 3; n++) {
    await store.openFile({ ...opened, file: id(n, 16), quota: 1e6 });
    await store.finishFile({ file: id(n, 16), sha256: id(4) });
    // The middle one and the last have the same time, so the file id decides.
    time.now = n === 1 ? 1001 : 1002;
    await store.appendNote(note(n, id(n, 16)));
  }
  const all = await store.files({ reader: bob.idFp, conversation, before: null });
  t.deepEqual(
    all.files.map((one) => one.file[0]),
    [3, 2, 1],
  );
  const first = all.files[0];
  const rest = await store.files({ reader: bob.idFp, conversation, before: first ?? null });
  t.deepEqual(
    rest.files.map((one) => one.file[0]),
    [2, 1],
  );
});

test('open uploads count against the quota until they are dropped', async (t) => {
  const { store } = await temporaryStore(t);
  await store.openFile(opened);
  await store.openFile({ ...opened, file: id(8, 16) });
  await throwsRefusal(t, store.openFile({ ...opened, file: id(6, 16) }), 'quota');
  t.is((await store.openFile(opened)).synced, 0, 'one that is known is not charged again');
  await store.openFile({ ...opened, file: id(6, 16), owner: bob.idFp });
  t.false(await store.dropFile({ file, owner: bob.idFp }));
  t.true(await store.dropFile({ file, owner: alice.idFp }));
  await store.openFile({ ...opened, file: id(5, 16) });
});

test('an unlisted file is dropped after an idle time', async (t) => {
  const { store, time } = await temporaryStore(t);
  time.now = 1000;
  await store.openFile(opened);
  await store.openFile({ ...opened, file: id(8, 16) });
  await store.finishFile({ file, sha256: id(4) });
  await store.appendNote(note(1, file));
  time.now = 2000;
  t.is(await store.dropIdleFiles({ before: 1000 }), 0);
  t.is(await store.dropIdleFiles({ before: 1500 }), 1);
  t.deepEqual(await store.doomedFiles({}), [id(8, 16)]);
  await store.forgetDoomedFiles({ files: [id(8, 16)] });
  t.deepEqual(await store.doomedFiles({}), []);
  const [listed, dropped] = await store.knownFiles({ files: [file, id(8, 16)] });
  t.true(listed?.whole);
  t.is(dropped, null);
});

test('a file for a conversation of others is refused', async (t) => {
  const { store } = await temporaryStore(t);
  await store.appendNote(note(1, null));
  await throwsRefusal(t, store.openFile({ ...opened, owner: carol.idFp }), 'no-such-conversation');
  await store.openFile({ ...opened, owner: bob.idFp });
});

test('with too many unlisted files the oldest idle one is dropped', async (t) => {
  const { store, time } = await temporaryStore(t);
  const open = (n: number) => store.openFile({ ...opened, file: id(n, 16), quota: 1e9 });
  for (let n = 1; n <= 64; n++) {
    time.now += 1000;
    await open(n);
  }
  await throwsRefusal(t, open(65), 'quota');
  t.is((await open(1)).synced, 0, 'one that is known is opened again, and is the newest now');
  await store.finishFile({ file: id(3, 16), sha256: id(4) });
  await store.appendNote(note(1, id(3, 16)));
  await open(65);
  time.now += 2 * 3_600_000;
  await open(66);
  t.deepEqual(await store.doomedFiles({}), [id(2, 16)]);
  await throwsRefusal(t, open(2), 'id-reused');
});
