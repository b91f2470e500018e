/** A screen is killed while it sends a file: the next one says so, and a key resumes the transfer. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { connectChat } from '../helpers/client/chat.ts';
import { heldDisk } from '../helpers/daemon/held-disk.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { openCliScreen } from '../helpers/screen/cli-screen.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const PATIENCE = 30_000;
const SIZE = 12 * 2 ** 20;
/** How far the transfer is when the first program is killed. */
const MIDDLE = 4 * 2 ** 20;
const F3 = '\x1bOR';

test.serial('a transfer that was cut off is reported at the next start, and F3 and p resume it', async (t) => {
  const disk = heldDisk(MIDDLE);
  const { join: server } = (await openDaemon(t, { fs: disk.fs })).at;
  const dir = await temporaryFolder(t);
  const profile = join(dir, 'alice');
  const path = join(dir, 'big.bin');
  const content = randomBytes(SIZE);
  await writeFile(path, content);
  const [password, register] = ['secret', {}];
  const bob = await connectChat(t, { user: 'bob', server, password, register });
  await (await connectChat(t, { user: 'alice', server, profile, password, register })).client.close();
  const args = ['--profile', profile, '--server', server, '--user', 'alice', '--downloads', dir];
  const sit = () => openCliScreen(t, args, { cols: 120, rows: 30 });

  const first = sit();
  await first.until((text) => text.includes('#lobby ›') && text.includes('● online'), PATIENCE);
  first.write(`.file ${path}\r`);
  await first.until((text) => /↑ big\.bin/.test(text) && /\D[1-9]\d? % /.test(text), PATIENCE);
  first.kill('SIGKILL');
  await first.exited;
  disk.release();

  const next = sit();
  await next.until((text) => text.includes('1 transfer was cut off: F3, then p goes on'), PATIENCE);
  t.deepEqual(await bob.client.files(), []);
  next.write(F3);
  await next.until((text) => text.includes('▸Files') && text.includes('paused  p goes on'), PATIENCE);
  next.write('p');
  await next.until((text) => text.includes('▤ big.bin'), PATIENCE);
  const message = await bob.message('big.bin');
  if (message.body.kind !== 'file') return t.fail('not a file');
  const saved = await bob.client.download(message.body.file, { dir: join(dir, 'bob') });
  t.true((await readFile(saved)).equals(content));
});
