import test from 'ava';
import fc from 'fast-check';
import { MAX_AHEAD_MS, timeAfter } from '../../../src/daemon/store/entry-operations.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
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

test('notes are numbered from 1 in each conversation and read by both sides', async (t) => {
  const { store, time } = await temporaryStore(t);
  t.deepEqual(await store.appendNote(testNote(1)), { seq: 1, at: 1_000_000, duplicate: false });
  time.now += 5;
  t.deepEqual(await store.appendNote(testNote(2)), { seq: 2, at: 1_000_005, duplicate: false });
  const back = testNote(1, { author: bob, to: alice, bytes: new Uint8Array([9]) });
  t.is((await store.appendNote(back)).seq, 3);
  t.is((await store.appendNote(testNote(1, { conversation: bytes32(78), to: carol }))).seq, 1);
  for (const reader of [alice.idFp, bob.idFp]) {
    const { entries, more, head } = await store.fetch(fetchParams({ reader }));
    t.deepEqual(
      entries.map((entry) => [entry.seq, entry.from, entry.kind]),
      [
        [1, 'alice', 'note'],
        [2, 'alice', 'note'],
        [3, 'bob', 'note'],
      ],
    );
    t.deepEqual(entries[2]?.bytes, new Uint8Array([9]));
    t.false(more);
    t.is(head, 3);
  }
});

test('a conversation of others looks like one that does not exist', async (t) => {
  const { store } = await temporaryStore(t);
  await store.appendNote(testNote(1));
  const mine = await t.throwsAsync(store.fetch(fetchParams({ reader: carol.idFp })), { instanceOf: Refusal });
  const none = await t.throwsAsync(store.fetch(fetchParams({ conversation: bytes32(5) })), { instanceOf: Refusal });
  t.is(mine?.code, 'no-such-conversation');
  t.deepEqual([mine?.code, mine?.message], [none?.code, none?.message]);
});

test('a resent note gets its first answer; other bytes under its id are refused', async (t) => {
  const { store, time } = await temporaryStore(t);
  await store.appendNote(testNote(1));
  await store.appendNote(testNote(2));
  time.now += 100;
  t.deepEqual(await store.appendNote(testNote(1)), { seq: 1, at: 1_000_000, duplicate: true });
  await t.throwsAsync(store.appendNote(testNote(1, { bytes: new Uint8Array(9) })), { code: 'id-reused' });
  await t.throwsAsync(store.appendNote(testNote(1, { file: bytes16(1) })), { code: 'id-reused' });
  const others = testNote(1, { author: bob, to: alice });
  t.false((await store.appendNote(others)).duplicate, 'an id is its author’s own');
  t.is((await store.fetch(fetchParams())).entries.length, 3);
});

test('a note to an old card is refused, unless it was stored before', async (t) => {
  const { store } = await temporaryStore(t);
  await t.throwsAsync(store.appendNote(testNote(1, { stale: true })), { code: 'stale-card' });
  t.deepEqual(await store.conversations({ reader: alice.idFp, after: null }), [], 'and nothing came to be');
  await store.appendNote(testNote(1));
  t.like(await store.appendNote(testNote(1, { stale: true })), { seq: 1, duplicate: true });
});

test('a note lists a complete file that its author stored for this conversation', async (t) => {
  const { store } = await temporaryStore(t);
  await store.appendNote(testNote(1));
  const file = bytes16(5);
  const withFile = testNote(2, { file });
  await t.throwsAsync(store.appendNote(withFile), { code: 'no-such-file' });
  const about = { owner: alice.idFp, conversation: bytes32(77), size: 10, segSize: 65_536, charge: 10, quota: 100 };
  await store.openFile({ file, ...about });
  await store.finishFile({ file, sha256: bytes32(1) });
  t.is((await store.appendNote(withFile)).seq, 2);
  t.deepEqual((await store.fetch(fetchParams({ after: 1 }))).entries[0]?.file, file);
  t.true((await store.appendNote(withFile)).duplicate);
});

test('the chain of a device is accepted in order, even if all of it is sent at once', async (t) => {
  const { store } = await temporaryStore(t);
  await t.throwsAsync(store.appendNote(testNote(2)), { code: 'order' });
  await t.throwsAsync(store.appendNote(testNote(0)), { code: 'order' });
  const twice = await Promise.allSettled([1, 2, 4, 3, 4].map((n) => store.appendNote(testNote(n))));
  t.deepEqual(
    twice.map((one) => one.status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  );
  await t.throwsAsync(store.appendNote(testNote(4, { id: bytes16(40) })), { code: 'order' });
  const other = testNote(1, { id: bytes16(50), device: 2 });
  t.is((await store.appendNote(other)).seq, 5, 'each device has its own chain');
});

test('the times of a conversation do not go back while the clock is a little off', async (t) => {
  const { store, time } = await temporaryStore(t);
  t.is((await store.appendNote(testNote(1))).at, time.now);
  const first = time.now;
  time.now -= 100_000;
  t.is((await store.appendNote(testNote(2))).at, first);
  t.is(await store.newestTime({}), first);
});

test('a clock that was days ahead leaves no future time on later messages', async (t) => {
  const { store, time } = await temporaryStore(t);
  const now = time.now;
  time.now += 3 * 86_400_000;
  await store.appendNote(testNote(1));
  time.now = now;
  t.is((await store.appendNote(testNote(2))).at, now);
  time.now += 5;
  t.is((await store.appendNote(testNote(3))).at, now + 5);
});

test('the time of an entry is never before now and never more than 2 minutes after it, whatever the clock does', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5e9, max: 5e9 })), (steps) => {
      let [now, last] = [1e12, 0];
      for (const step of steps) {
        now += step;
        last = timeAfter(last, now);
        t.true(last >= now && last <= now + MAX_AHEAD_MS);
      }
    }),
    { seed: 15, numRuns: 200 },
  );
  t.pass();
});

test('a conversation with oneself has one member', async (t) => {
  const { store } = await temporaryStore(t);
  await store.appendNote(testNote(1, { to: alice }));
  const [only, ...rest] = await store.conversations({ reader: alice.idFp, after: null });
  t.is(only?.with, 'alice');
  t.is(rest.length, 0);
});

test('fetch returns a range, from either end, of the requested kinds', async (t) => {
  const { store } = await temporaryStore(t);
  await Promise.all([1, 2, 3, 4, 5, 6].map((n) => store.appendNote(testNote(n))));
  const seqs = async (other: Parameters<typeof fetchParams>[0]) => {
    const { entries, more, head } = await store.fetch(fetchParams(other));
    t.is(head, 6);
    return [entries.map((entry) => entry.seq), more];
  };
  t.deepEqual(await seqs({ after: 2, before: 5 }), [[3, 4], false]);
  t.deepEqual(await seqs({ limit: 2 }), [[1, 2], true]);
  t.deepEqual(await seqs({ limit: 2, newest: true }), [[5, 6], true]);
  t.deepEqual(await seqs({ limit: 2, newest: true, before: 3 }), [[1, 2], false]);
  t.deepEqual(await seqs({ after: 6 }), [[], false]);
  t.deepEqual(await seqs({ kinds: ['message', 'log'] }), [[], false]);
  t.deepEqual(await seqs({ kinds: ['note'], limit: 1 }), [[1], true]);
});

test('one answer stays below the size of a record and below 500 entries', async (t) => {
  const { store } = await temporaryStore(t);
  const large = new Uint8Array(16_384);
  await Promise.all([...Array(20).keys()].map((n) => store.appendNote(testNote(n + 1, { bytes: large }))));
  const first = await store.fetch(fetchParams());
  const weight = first.entries.reduce((sum, entry) => sum + entry.bytes.length, 0);
  t.true(weight < 200_000 && weight > 150_000, `${weight}`);
  t.true(first.more);
  const small = testNote(1, { conversation: bytes32(78) });
  await Promise.all([...Array(501).keys()].map((n) => store.appendNote({ ...small, id: bytes16(n), n: n + 1 })));
  const second = await store.fetch(fetchParams({ conversation: bytes32(78) }));
  t.is(second.entries.length, 500);
  t.true(second.more);
});

test('retention drops old notes stretch by stretch, and a resent old note is never stored again', async (t) => {
  const { store, time } = await temporaryStore(t);
  await store.appendNote(testNote(1));
  time.now += 1000;
  await store.appendNote(testNote(2));
  t.deepEqual(await store.dropOlder({ before: 1_000_500, from: 0 }), { dropped: 1, next: 2 });
  t.deepEqual(await store.dropOlder({ before: 1_000_500, from: 2 }), { dropped: 0, next: null });
  const left = await store.fetch(fetchParams());
  t.deepEqual(
    left.entries.map((entry) => entry.seq),
    [2],
  );
  t.is(left.head, 2);
  await t.throwsAsync(store.appendNote(testNote(1)), { code: 'order' });
  t.is((await store.appendNote(testNote(3))).seq, 3);
});

test('the file that an old note lists is dropped with it, and its quota is freed', async (t) => {
  const { store, time } = await temporaryStore(t);
  const upload = { owner: alice.idFp, conversation: bytes32(77), size: 9, segSize: 65_536, charge: 60, quota: 100 };
  for (const n of [1, 2]) {
    const file = bytes16(100 + n);
    if (n === 2) await t.throwsAsync(store.openFile({ ...upload, file }), { code: 'quota' });
    if (n === 2) time.now += 1000;
    if (n === 2) await store.dropOlder({ before: time.now, from: 0 });
    if (n === 2) t.deepEqual(await store.doomedFiles({}), [bytes16(101)]);
    await store.openFile({ ...upload, file });
    await store.finishFile({ file, sha256: bytes32(1) });
    await store.appendNote(testNote(n, { file }));
  }
  const listed = await store.files({ reader: bob.idFp, conversation: null, before: null });
  t.deepEqual(
    listed.files.map(({ file }) => file),
    [bytes16(102)],
  );
  t.deepEqual(await store.knownFiles({ files: [bytes16(101)] }), [null]);
});

test('marks only advance, at most to the head, and the other side’s mark is shown', async (t) => {
  const { store } = await temporaryStore(t);
  await Promise.all([1, 2, 3].map((n) => store.appendNote(testNote(n))));
  const mark = { conversation: bytes32(77), reader: bob.idFp };
  t.deepEqual(await store.mark({ ...mark, mark: 'read', seq: 2 }), { moved: true, seq: 2, others: ['alice'] });
  t.deepEqual(await store.mark({ ...mark, mark: 'read', seq: 1 }), { moved: false, seq: 2, others: ['alice'] });
  t.is((await store.mark({ ...mark, mark: 'delivered', seq: 99 })).seq, 3);
  const of = async (reader: Uint8Array) => (await store.conversations({ reader, after: null }))[0];
  t.like(await of(bob.idFp), { with: 'alice', room: null, head: 3, read: 2, delivered: 0 });
  t.like(await of(alice.idFp), { with: 'bob', room: null, head: 3, read: 0, delivered: 3 });
  await t.throwsAsync(store.mark({ ...mark, reader: carol.idFp, mark: 'read', seq: 1 }), {
    code: 'no-such-conversation',
  });
});

test('what an author stores is counted, refused over the quota, and freed when it is dropped', async (t) => {
  const { store, time } = await temporaryStore(t);
  const bytes = new Uint8Array(1000);
  const cost = 256 + 1000 + 2048;
  const note = (n: number) => testNote(n, { bytes, quota: 4 * cost + 512 + 64 });
  for (const n of [1, 2, 3, 4]) await store.appendNote(note(n));
  const refused = await t.throwsAsync(store.appendNote(note(5)), { code: 'quota' });
  t.regex(refused?.message ?? '', /ask its operator/);
  t.true((await store.appendNote(note(4))).duplicate, 'what is stored is answered again');
  time.now += 1000;
  await store.dropOlder({ before: time.now, from: 0 });
  for (const n of [5, 6, 7, 8]) await store.appendNote(note(n));
  await t.throwsAsync(store.appendNote(note(9)), { code: 'quota' });
});

test('attack: the recipient of many notes does not pay for receipts, and receipts give no free storage', async (t) => {
  const { store, time } = await temporaryStore(t);
  const bytes = new Uint8Array(1600);
  const receipt = (n: number) => testNote(n, { bytes, author: bob, to: alice, quota: 64 });
  await t.throwsAsync(store.appendNote(receipt(1)), { code: 'quota' });
  for (let n = 1; n <= 20; n++) {
    await store.appendNote(testNote(n));
    await store.appendNote(receipt(n));
  }
  // Only as much as her notes left over; his answers give her nothing.
  for (const n of [21, 22]) await store.appendNote(receipt(n));
  await t.throwsAsync(store.appendNote(receipt(23)), { code: 'quota' });
  time.now += 1000;
  await store.dropOlder({ before: time.now, from: 0 });
  await t.throwsAsync(store.appendNote(receipt(23)), { code: 'quota' }, 'what was free gives nothing back');
});

test('a conversation and a device number are charged, even if nothing in them is kept', async (t) => {
  const { store } = await temporaryStore(t);
  const cost = 256 + 3 + 2048;
  await store.appendNote(testNote(1, { quota: 512 + 64 + cost }));
  const second = (quota: number) => store.appendNote(testNote(1, { quota, device: 2, id: bytes16(50) }));
  await t.throwsAsync(second(512 + 64 + 2 * cost), { code: 'quota' });
  await second(512 + 2 * 64 + 2 * cost);
  const other = { conversation: bytes32(78), to: carol, id: bytes16(51) };
  const sum = 2 * 512 + 3 * 64 + 3 * cost;
  await t.throwsAsync(store.appendNote(testNote(1, { quota: sum - 1, ...other })), { code: 'quota' });
  await store.appendNote(testNote(1, { quota: sum, ...other }));
});
