import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { restrictPrivateFiles } from '../../../src/daemon/data/private-files.ts';
import { logTo } from '../../../src/daemon/logging/log.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('private files that others could read are restricted, with a warning; all other files stay as they are', async (t) => {
  const dir = await temporaryFolder(t);
  for (const [name, mode] of [
    ['users.txt', 0o644],
    ['daemon.key', 0o640],
    ['securechat.db', 0o600],
    ['config.toml', 0o644],
  ] as const) {
    await fs.writeFile(join(dir, name), '');
    await fs.chmod(join(dir, name), mode);
  }
  const lines: { path: string }[] = [];
  const log = logTo({ write: (line: string) => void lines.push(JSON.parse(line)) }, 'info');
  await restrictPrivateFiles({ dir, fs, log });
  t.deepEqual(lines.map(({ path }) => path).sort(), [join(dir, 'daemon.key'), join(dir, 'users.txt')]);
  for (const name of ['users.txt', 'daemon.key', 'securechat.db']) {
    t.is((await fs.stat(join(dir, name))).mode & 0o777, 0o600, name);
  }
  t.is((await fs.stat(join(dir, 'config.toml'))).mode & 0o777, 0o644);
});

test('a folder in the place of a file stays as it is', async (t) => {
  const dir = await temporaryFolder(t);
  await fs.mkdir(join(dir, 'securechat.db'), { mode: 0o755 });
  const lines: unknown[] = [];
  await restrictPrivateFiles({ dir, fs, log: logTo({ write: (line: string) => void lines.push(line) }, 'info') });
  t.deepEqual(lines, []);
  t.is((await fs.stat(join(dir, 'securechat.db'))).mode & 0o777, 0o755);
});
