import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { TransferState } from '../../src/client/types.ts';
import { connectChat } from '../helpers/client/chat.ts';
import { eagerClock } from '../helpers/client/eager-clock.ts';
import { type DaemonProcess, startDaemon } from '../helpers/daemon/daemon.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const password = 'secret';
const register = {};
/** Large enough to be cut off in the middle. */
const SIZE = 24 * 1024 * 1024 + 321;

/** Kills the daemon once in the middle of a transfer, and starts it again with its folder and port. */
function killedInTheMiddle(t: ExecutionContext, daemon: DaemonProcess) {
  const killing = { at: null as number | null, again: null as Promise<DaemonProcess> | null };
  const onProgress = ({ done, size, state }: TransferState) => {
    if (killing.at !== null || state !== 'running' || done < size / 20 || done > (size * 3) / 4) return;
    killing.at = done;
    killing.again = daemon
      .stop('SIGKILL')
      .then(() => startDaemon(t, ['--port', String(daemon.port)], { dir: daemon.dir }));
  };
  return { killing, onProgress };
}

test.serial(
  'after kill -9 of the daemon in the middle of an upload and a download, the file arrives intact',
  async (t) => {
    const first = await startDaemon(t);
    const { join: server } = first;
    const alice = await connectChat(t, { user: 'alice', server, password, register }, { clock: eagerClock() });
    const bob = await connectChat(t, { user: 'bob', server, password, register }, { clock: eagerClock() });
    const dir = await temporaryFolder(t);
    const content = randomBytes(SIZE);
    await writeFile(join(dir, 'big.bin'), content);

    const up = killedInTheMiddle(t, first);
    const file = await alice.client.upload('@bob', join(dir, 'big.bin'), { onProgress: up.onProgress });
    t.not(up.killing.at, null);
    const second = await up.killing.again;
    if (!second) return t.fail('the daemon was not killed');

    t.like((await bob.client.files('@alice'))[0], { id: file.id, name: 'big.bin', size: SIZE, from: 'alice' });
    const down = killedInTheMiddle(t, second);
    const out = join(dir, 'out');
    const saved = await bob.client.download(file, { dir: out, onProgress: down.onProgress });
    t.not(down.killing.at, null);
    t.true((await readFile(saved)).equals(content));
    t.deepEqual(await readdir(out), ['big.bin']);
    t.deepEqual((await readdir(join(first.dir, 'server_files'))).length, 1, 'no part is left');
  },
);

test.serial('a file for everybody is listed and downloaded by the members of the room', async (t) => {
  const { join: server } = (await openDaemon(t)).at;
  const alice = await connectChat(t, { user: 'alice', server, password, register });
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, 'empty.txt'), '');
  const file = await alice.client.upload('#lobby', join(dir, 'empty.txt'));
  const [listed] = await bob.client.files('#lobby');
  t.deepEqual(listed, { ...file, saved: null });
  const saved = await bob.client.download(file, { dir: join(dir, 'out') });
  t.is((await readFile(saved)).length, 0);
});
