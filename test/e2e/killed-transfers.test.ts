/** A client is killed in the middle of a file, and the next one of the same profile resumes. */
import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { TransferState } from '../../src/client/types.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { heldDisk } from '../helpers/daemon/held-disk.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { startSecurechat } from '../helpers/screen/cli.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { until } from '../helpers/until.ts';

const password = 'secret';
const register = {};
const SIZE = 12 * 2 ** 20;
const ENOUGH = 3 * 2 ** 20;
const SEGMENT = 2 ** 20;

async function setUp(t: ExecutionContext) {
  const disk = heldDisk(ENOUGH + SEGMENT);
  const daemon = await openDaemon(t, { fs: disk.fs });
  const { join: server } = daemon.at;
  const dir = await temporaryFolder(t);
  const path = join(dir, 'big.bin');
  const content = randomBytes(SIZE);
  await writeFile(path, content);
  const profile = join(dir, 'alice');
  const downloads = join(dir, 'downloads');
  const alice = { user: 'alice', server, profile } as const;
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  await (await connectChat(t, { ...alice, password, register })).client.close();
  const global = ['--server', server, '--user', 'alice', '--profile', profile];
  /** Kills the program when the `.part` in `folder` has grown, which the daemon then holds. @returns its size at that time */
  const killed = async (args: string[], folder: string): Promise<number> => {
    disk.hold();
    const program = startSecurechat(t, [...args, ...global], { stdin: null });
    let over = false;
    void program.ended.then(() => {
      over = true;
    });
    await until(async () => over || (await partIn(folder)) >= ENOUGH);
    t.false(over, `it ended before it could be killed: ${program.written.stdout}${program.written.stderr}`);
    t.is((await program.stop('SIGKILL')).signal, 'SIGKILL');
    const bytes = await partIn(folder);
    t.true(bytes > 0 && bytes < SIZE, 'it was in the middle');
    disk.release();
    return bytes;
  };
  return { daemon, path, content, downloads, alice, bob, killed };
}

test.serial('uploads and downloads resume after a kill -9 of the client', async (t) => {
  const { daemon, path, content, downloads, alice, bob, killed } = await setUp(t);
  const sent = await killed(['upload', 'bob', path], daemon.dir);
  const next = await connectChat(t, alice);
  const up: TransferState[] = [];
  const file = await next.client.upload('@bob', path, { onProgress: (state) => up.push(state) });
  t.true(resumedAt(up) >= sent - SEGMENT, `it went on at ${resumedAt(up)} of ${sent}`);
  await bob.message('big.bin');
  t.is((await bob.client.files()).length, 1);
  await next.client.close();

  const got = await killed(['download', file.id, '--downloads', downloads], downloads);
  const last = await connectChat(t, alice);
  const down: TransferState[] = [];
  const saved = await last.client.download(file, { dir: downloads, onProgress: (state) => down.push(state) });
  t.true(resumedAt(down) >= got - SEGMENT, `it went on at ${resumedAt(down)} of ${got}`);
  t.true((await readFile(saved)).equals(content));
  t.deepEqual(await readdir(downloads), ['big.bin']);
});

test.serial('a transfer cut off by kill -9 is listed at the next start, and resume completes it', async (t) => {
  const { daemon, path, content, downloads, alice, bob, killed } = await setUp(t);
  await killed(['upload', 'bob', path], daemon.dir);
  const next = await connectChat(t, alice);
  const [up, ...others] = await next.client.transfers();
  t.deepEqual(others, []);
  const note = 'the program ended in the middle of it';
  t.like(up, { direction: 'up', name: 'big.bin', conversation: '@bob', size: SIZE, rate: 0, state: 'paused', note });
  if (up === undefined) return t.fail();
  const { id } = await next.client.resume(up);
  await bob.message('big.bin');
  t.deepEqual(
    (await bob.client.files()).map((file) => file.id),
    [id],
  );
  await next.client.close();

  const got = await killed(['download', id, '--downloads', downloads], downloads);
  const last = await connectChat(t, alice);
  const [down] = await last.client.transfers();
  t.like(down, { id, direction: 'down', state: 'paused', done: got, note });
  const { note: saved } = await last.client.resume(down ?? up);
  t.true((await readFile(saved ?? '')).equals(content));
  t.deepEqual(await readdir(downloads), ['big.bin']);
  t.deepEqual(await last.client.transfers(), []);
});

async function partIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const part = names.find((name) => name.endsWith('.part'));
  return part === undefined ? 0 : (await stat(join(folder, part)).catch(() => ({ size: 0 }))).size;
}

/** @returns how many bytes were there when the transfer resumed */
function resumedAt(states: readonly TransferState[]): number {
  return states.find(({ done }) => done > 0)?.done ?? 0;
}
