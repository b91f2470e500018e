/** Storage that fails for good, in the whole program: no request is answered, clients are told, and the daemon exits. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { connectTo, loggedInClient, login } from '../helpers/client/client.ts';
import { startDaemon } from '../helpers/daemon/daemon.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const hook = fileURLToPath(new URL('../helpers/daemon/break-database.mjs', import.meta.url));

/** Makes the database fail in the way of `word`, and checks the end of the daemon and of a request in progress. */
async function broken(t: ExecutionContext, word: 'sync' | 'thread') {
  const trigger = join(await temporaryFolder(t), 'now');
  const env = { NODE_OPTIONS: `--import=${hook}`, BREAK_DATABASE: trigger };
  const daemon = await startDaemon(t, [], { env });
  const alice = await loggedInClient(t, daemon, 'alice');
  await writeFile(trigger, word);
  const exited = once(daemon.process, 'exit');
  const outcome = alice.request('device-end', { device: 2 }).then(
    () => 'answered',
    (error: unknown) => error,
  );
  await alice.ended;
  t.is(alice.events.at(-1), 'closing');
  const [code] = await exited;
  t.is(code, 1);
  const fatal = await daemon.line(({ evt }) => evt === 'storage_fail');
  t.is(fatal.level, 60);
  t.false(
    daemon.lines.some(({ evt }) => evt === 'sys_crash'),
    'no bug is reported',
  );
  t.not(await outcome, 'answered');
  t.not(((await outcome) as { code?: string }).code, 'internal', 'nor refused');
  return daemon;
}

test.serial('a commit that cannot be synced ends the daemon, which serves again after a restart', async (t) => {
  const { dir } = await broken(t, 'sync');
  const again = await startDaemon(t, [], { dir });
  const alice = await connectTo(t, again);
  t.is((await login(alice, 'alice', 'pw')).name, 'alice');
});

test.serial('a database thread that dies ends the daemon', async (t) => {
  await broken(t, 'thread');
});
