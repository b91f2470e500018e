import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { stopReason } from '../../../src/client/transfers/stop-reason.ts';
import type { TransferState } from '../../../src/client/types.ts';
import type { FileSystem } from '../../../src/platform/file-system.ts';
import type { Manifest } from '../../../src/protocol/sealed/file.ts';
import { TestTransfers } from '../../helpers/client/test-transfers.ts';
import { openTransferProfile } from '../../helpers/client/transfer-profile.ts';
import { BIG, failsWith, newFile, sender, withBob } from '../../helpers/client/transfer-sides.ts';
import { alice } from '../../helpers/daemon/file-daemon.ts';
import { FileWire } from '../../helpers/daemon/file-wire.ts';
import { systemError } from '../../helpers/patched-file-system.ts';

test('a file with another time or size gets a new id and key', async (t) => {
  const at = await sender(t);
  const { path } = await newFile(at.dir, 100);
  const one = await at.transfers.upload(withBob, path);
  await fs.utimes(path, 1, 1);
  const two = await at.transfers.upload(withBob, path);
  t.notDeepEqual(two.fileId, one.fileId);
  t.notDeepEqual(two.key, one.key);
});

for (const [how, change] of [
  ['grows', (path: string) => fs.appendFile(path, 'more')],
  ['shrinks', (path: string) => fs.truncate(path, 5)],
  ['is written to', async (path: string) => fs.writeFile(path, 'x', { flag: 'r+' })],
] as const) {
  test(`a file that ${how} during the upload is an error, and nothing of it is kept`, async (t) => {
    const at = await sender(t);
    const { path } = await newFile(at.dir, BIG);
    let changed: Promise<void> | null = null;
    at.wire.onUp = (index) => {
      if (index === 3) changed = change(path);
    };
    await failsWith(t, at.transfers.upload(withBob, path), 'usage', /changed while it was sent/);
    t.truthy(changed);
    t.deepEqual(await fs.readdir(at.daemon.dir), []);
  });
}

test('a file that claims to be empty and is not, as in /proc, is refused', async (t) => {
  const at = await sender(t);
  const path = '/proc/self/status';
  if (process.platform === 'linux')
    await failsWith(t, at.transfers.upload(withBob, path), 'usage', /says that it is empty and is not; send a copy/);
  t.deepEqual(await fs.readdir(at.daemon.dir), []);
  const empty = await newFile(at.dir, 0);
  t.is((await at.transfers.upload(withBob, empty.path)).size, 0);
});

test('a resumed upload reports from the start how much is done', async (t) => {
  const at = await sender(t);
  const { path } = await newFile(at.dir, BIG);
  const stop = new AbortController();
  at.wire.onUp = (index) => {
    if (index === 10) stop.abort(stopReason.pause);
  };
  await failsWith(t, at.transfers.upload(withBob, path, { signal: stop.signal }), 'cancelled', /./);
  at.wire.onUp = () => {};
  const progress: number[] = [];
  await at.transfers.upload(withBob, path, { onProgress: ({ done }) => progress.push(done) });
  t.true((progress[0] ?? 0) > 0, String(progress.slice(0, 3)));
  t.is(Math.min(...progress), progress[0] ?? 0);
});

test('the same file is not uploaded twice at once', async (t) => {
  const at = await sender(t);
  const { path } = await newFile(at.dir, BIG);
  const both = await Promise.allSettled([at.transfers.upload(withBob, path), at.transfers.upload(withBob, path)]);
  // The upload that opened the file first goes on.
  const refused = both.filter((one) => one.status === 'rejected');
  t.is(refused.length, 1);
  t.like(refused[0]?.reason, { code: 'usage' });
  t.regex(refused[0]?.reason.message, /is being sent already/);
});

test('a dropped upload leaves nothing behind', async (t) => {
  const at = await sender(t);
  const { path } = await newFile(at.dir, BIG);
  const stop = new AbortController();
  at.wire.onUp = (index) => {
    if (index === 10) stop.abort(stopReason.drop);
  };
  await failsWith(t, at.transfers.upload(withBob, path, { signal: stop.signal }), 'cancelled', /was cancelled/);
  t.deepEqual(await fs.readdir(at.daemon.dir), []);
});

test('a refusal of the daemon becomes a sentence for the person', async (t) => {
  const at = await sender(t, { config: { maxFileSize: 10, quota: 1e9, retention: null } });
  const states: TransferState[] = [];
  const { path } = await newFile(at.dir, 11);
  const doing = at.transfers.upload(withBob, path, { onProgress: (state) => states.push(state) });
  await failsWith(t, doing, 'refused', /at most 10 B: send a smaller one/);
  t.is(states.at(-1)?.state, 'failed');
});

test('a stopped upload resumes in the next process, and a posted one does not', async (t) => {
  const at = await sender(t);
  const { path, bytes } = await newFile(at.dir, BIG);
  const stop = new AbortController();
  const states: TransferState[] = [];
  at.wire.onUp = (index) => {
    if (index === 40) stop.abort(stopReason.pause);
  };
  const onProgress = (state: TransferState) => states.push(state);
  const stopped = at.transfers.upload(withBob, path, { signal: stop.signal, onProgress });
  await failsWith(t, stopped, 'cancelled', /repeat it to go on/);
  t.like(states.at(-1), { state: 'paused', rate: 0 });

  const next = new FileWire(t, at.daemon);
  const second = new TestTransfers(withBob, { connection: next, profile: at.profile, me: alice.idFp });
  const unposted: Manifest[] = [];
  second.onPost = (manifest) => {
    unposted.push(manifest);
    throw new ClientError('refused', 'the outbox is full');
  };
  await failsWith(t, second.upload(withBob, path), 'refused', /outbox/);
  second.onPost = () => {};
  const [manifest] = unposted;
  if (manifest === undefined) return t.fail();
  t.true(next.segmentsUp < 60, `${next.segmentsUp} of ${manifest.count} segments were sent again`);
  t.deepEqual(Buffer.from(manifest.sha256), createHash('sha256').update(bytes).digest());

  const again = await second.upload(withBob, path);
  t.deepEqual(again, manifest, 'not posted yet: the same file, nothing sent');
  const other = await second.upload(withBob, path);
  t.notDeepEqual(other.fileId, manifest.fileId);
  t.notDeepEqual(other.key, manifest.key);
});

test('the refusal of a folder, a missing file or a device says why', async (t) => {
  const at = await sender(t);
  await failsWith(t, at.transfers.upload(withBob, at.dir), 'usage', /is a folder/);
  await failsWith(t, at.transfers.upload(withBob, join(at.dir, 'none')), 'usage', /there is no file/);
  await failsWith(t, at.transfers.upload(withBob, '/dev/null'), 'usage', /not a regular file/);
  const { path } = await newFile(at.dir, 5);
  const locked = {
    ...(fs as FileSystem),
    open: async () => {
      throw systemError('EACCES');
    },
  };
  const other = new TestTransfers(withBob, {
    connection: at.wire,
    profile: openTransferProfile(t, locked),
    me: alice.idFp,
  });
  await failsWith(t, other.upload(withBob, path), 'usage', /may not be read/);
  t.deepEqual(at.wire.asked, []);
});
