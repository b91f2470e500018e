import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { lockFolder } from '../../../src/daemon/data/folder-lock.ts';
import { StartError } from '../../../src/daemon/data/start-error.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('only one process holds the lock of a folder', async (t) => {
  const dir = await temporaryFolder(t);
  const unlock = await lockFolder(dir);
  await t.throwsAsync(lockFolder(dir), { instanceOf: StartError, message: /another daemon is using/ });
  unlock();
  (await lockFolder(dir))();
});

test('the lock ends with its process', async (t) => {
  const dir = await temporaryFolder(t);
  const url = new URL('../../../src/daemon/data/folder-lock.ts', import.meta.url).href;
  const program = `(await import(${JSON.stringify(url)})).lockFolder(${JSON.stringify(dir)}).then((unlock) => {
    process.stdout.write('locked');
    setInterval(() => unlock, 1e6);
  })`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  await t.throwsAsync(lockFolder(dir), { instanceOf: StartError });
  child.kill('SIGKILL');
  await once(child, 'exit');
  (await lockFolder(dir))();
  t.pass();
});

test('a lock file with other content, or a folder in its place, is refused with the next step', async (t) => {
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, 'daemon.lock'), 'x'.repeat(4096));
  await t.throwsAsync(lockFolder(dir), { instanceOf: StartError, message: /remove daemon.lock/ });
  await rm(join(dir, 'daemon.lock'));
  await mkdir(join(dir, 'daemon.lock'));
  await t.throwsAsync(lockFolder(dir), { instanceOf: StartError, message: /remove daemon.lock/ });
});
