/** Transfers paused before their program ended: the next one of the same profile lists, resumes or drops them. */
import { randomBytes } from 'node:crypto';
import { appendFile, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ClientError } from '../../src/client/errors.ts';
import type { FileInfo, TransferState } from '../../src/client/types.ts';
import { connectChat, type TestChat } from '../helpers/client/chat.ts';
import { eagerClock } from '../helpers/client/eager-clock.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const password = 'secret';
const register = {};
const SIZE = 8 * 2 ** 20;
const ENOUGH = 2 * 2 ** 20;

async function setUp(t: ExecutionContext) {
  const daemon = await openDaemon(t);
  const { join: server } = daemon.at;
  const dir = await temporaryFolder(t);
  const path = join(dir, 'big.bin');
  const content = randomBytes(SIZE);
  await writeFile(path, content);
  const downloads = join(dir, 'downloads');
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const profile = join(dir, 'alice');
  const alice = { user: 'alice', server, profile } as const;
  const first = await connectChat(t, { ...alice, password, register }, { clock: eagerClock() });
  const again = () => connectChat(t, alice, { clock: eagerClock() });
  const parts = async () => (await readdir(join(daemon.dir, 'server_files'))).filter((name) => name.endsWith('.part'));
  return { bob, dir, path, content, downloads, first, again, parts };
}

/** Runs a transfer until `ENOUGH` is done, then pauses it. @returns its last state */
async function pausedTransfer(
  t: ExecutionContext,
  { client }: TestChat,
  start: (onProgress: (state: TransferState) => void) => Promise<unknown>,
): Promise<TransferState> {
  let pausing: Promise<void> | null = null;
  let last: TransferState | null = null;
  const doing = start((state) => {
    last = state;
    if (state.done >= ENOUGH) pausing ??= client.pause(state);
  });
  await t.throwsAsync(doing, { instanceOf: ClientError, code: 'cancelled' });
  await pausing;
  if (last === null) throw new Error('nothing was told');
  return last;
}

async function sentWhole({ bob, path, first }: Awaited<ReturnType<typeof setUp>>): Promise<FileInfo> {
  await bob.client.upload('@alice', path);
  const { body } = await first.message('big.bin');
  if (body.kind !== 'file') throw new Error('not a file');
  return body.file;
}

test.serial('a paused upload is listed after a restart, and resume completes it', async (t) => {
  const at = await setUp(t);
  const { bob, first, content, path, downloads } = at;
  const paused = await pausedTransfer(t, first, (onProgress) => first.client.upload('@bob', path, { onProgress }));
  t.like(paused, { state: 'paused', note: null });
  t.deepEqual(await first.client.transfers(), [paused]);
  await first.client.close();

  const next = await at.again();
  t.deepEqual(await next.client.transfers(), [paused], 'as it was told before');
  const states: TransferState[] = [];
  const done = await next.client.resume(paused, { onProgress: (state) => states.push(state) });
  t.like(done, { id: paused.id, state: 'done', done: SIZE, name: 'big.bin', conversation: '@bob' });
  t.true(
    states.every((state) => state.done > 0),
    'it did not begin again',
  );
  t.deepEqual(await next.client.transfers(), []);
  await bob.message('big.bin');
  const [file, ...others] = await bob.client.files();
  t.is(file?.id, paused.id);
  t.deepEqual(others, []);
  const saved = await bob.client.download(paused, { dir: downloads });
  t.true((await readFile(saved)).equals(content));
  await t.throwsAsync(next.client.resume(paused), { code: 'refused', message: /begin it again/ });
});

test.serial('a download resumes in its first folder, and drop removes its part', async (t) => {
  const at = await setUp(t);
  const { first, content, downloads } = at;
  const sent = await sentWhole(at);
  const { id } = sent;
  const get = (onProgress: (state: TransferState) => void) =>
    first.client.download(sent, { dir: downloads, onProgress });
  t.like(await pausedTransfer(t, first, get), { id, state: 'paused', direction: 'down' });
  await first.client.close();

  const next = await at.again();
  const [listed, ...others] = await next.client.transfers();
  t.deepEqual(others, []);
  t.like(listed, {
    id,
    state: 'paused',
    direction: 'down',
    name: 'big.bin',
    conversation: '@bob',
    size: SIZE,
    note: null,
  });
  t.true((listed?.done ?? 0) >= ENOUGH - 2 ** 20);
  const done = await next.client.resume(sent);
  t.is(done.note, join(downloads, 'big.bin'));
  t.true((await readFile(join(downloads, 'big.bin'))).equals(content));
  t.deepEqual(await readdir(downloads), ['big.bin']);
  t.deepEqual(await next.client.transfers(), []);

  const other = join(downloads, 'other');
  await pausedTransfer(t, next, (onProgress) => next.client.download(sent, { dir: other, onProgress }));
  t.is((await readdir(other)).length, 1);
  await next.client.close();
  const last = await at.again();
  await last.client.drop(sent);
  t.deepEqual(await readdir(other), []);
  t.deepEqual(await last.client.transfers(), []);
  await last.event((event) => event.type === 'transfer' && event.transfer.state === 'cancelled');
});

test.serial('an upload of an earlier start is dropped here and on the daemon', async (t) => {
  const at = await setUp(t);
  const { first, path } = at;
  const paused = await pausedTransfer(t, first, (onProgress) => first.client.upload('#lobby', path, { onProgress }));
  await first.client.close();
  t.is((await at.parts()).length, 1);

  const next = await at.again();
  await next.client.drop(paused);
  t.deepEqual(await at.parts(), []);
  t.deepEqual(await next.client.transfers(), []);
  await next.event((event) => event.type === 'transfer' && event.transfer.state === 'cancelled');
  await t.throwsAsync(next.client.drop(paused), { code: 'refused' });
  await t.throwsAsync(next.client.resume({ ...paused, id: 'nonsense' }), { code: 'refused' });
});

test.serial('a missing or changed file is reported in a sentence, and the transfer stays', async (t) => {
  const at = await setUp(t);
  const { first, path, dir, bob } = at;
  const paused = await pausedTransfer(t, first, (onProgress) => first.client.upload('@bob', path, { onProgress }));
  await first.client.close();

  const next = await at.again();
  const elsewhere = join(dir, 'moved.bin');
  await rename(path, elsewhere);
  await t.throwsAsync(next.client.resume(paused), {
    code: 'usage',
    message: /no file .*big\.bin; put it back, or cancel/,
  });
  const [listed] = await next.client.transfers();
  t.like(listed, { id: paused.id, state: 'paused' });
  t.regex(listed?.note ?? '', /put it back/);
  await writeFile(path, await readFile(elsewhere));
  await appendFile(path, 'more');
  await t.throwsAsync(next.client.resume(paused), { code: 'usage', message: /changed since it was begun; cancel it/ });
  t.deepEqual(await bob.client.files(), []);
  await next.client.drop(paused);
  t.deepEqual(await at.parts(), []);
});

test.serial(
  'a program that ends between posting a file and forgetting its upload leaves nothing to resume',
  async (t) => {
    const { bob, path, first, again } = await setUp(t);
    const { db } = first.signedIn.profile;
    const run = db.run.bind(db);
    const cut = Promise.withResolvers<void>();
    db.run = (sql, params) => {
      if (!sql.startsWith('DELETE FROM transfers')) return run(sql, params);
      cut.resolve();
      return new Promise(() => {});
    };
    first.client.upload('@bob', path).catch(() => {});
    await cut.promise;
    await bob.message('big.bin');
    await first.client.close();
    const next = await again();
    t.deepEqual(await next.client.transfers(), []);
    await next.client.conversations();
    t.deepEqual(await next.client.transfers(), []);
    t.is((await bob.client.files()).length, 1);
  },
);
