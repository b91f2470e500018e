import * as fs from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'ava';
import { configFile, downloadsFolder, profileFolder } from '../../../src/client/profile/paths.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const linux = (env: { [name: string]: string }) => ({ env, platform: 'linux' as const });

test('a named profile contains its config.toml', (t) => {
  t.is(profileFolder('p'), resolve('p'));
  t.is(configFile('p'), resolve('p', 'config.toml'));
  // A shell does not expand ~ in --profile=~/p.
  t.is(profileFolder('~/p'), join(homedir(), 'p'));
  t.is(configFile('~/p'), join(homedir(), 'p', 'config.toml'));
  t.is(profileFolder(undefined, linux({ HOME: '/home/alice' })), '/home/alice/.local/share/securechat');
  t.is(configFile(undefined, linux({ HOME: '/home/alice' })), '/home/alice/.config/securechat/config.toml');
});

test('without a home folder there is no profile, and none in the current folder', (t) => {
  for (const env of [{}, { HOME: '' }, { HOME: 'here' }, { HOME: '', XDG_DATA_HOME: 'here' }]) {
    t.throws(() => profileFolder(undefined, linux(env)), { code: 'usage', message: /--profile/ });
    t.is(configFile(undefined, linux(env)), null);
  }
});

test('downloads go to the given folder, else to client_files here, else to the download folder', async (t) => {
  t.deepEqual(await downloadsFolder('d', '/p', fs), { dir: resolve('d'), why: null });
  t.deepEqual(await downloadsFolder('~/d', '/p', fs), { dir: join(homedir(), 'd'), why: null });
  // The tests run in a clone, which has this folder.
  t.deepEqual(await downloadsFolder(undefined, '/p', fs), { dir: resolve('client_files'), why: null });
  const nothingHere = { ...fs, lstat: async () => Promise.reject(new Error('none')) };
  const home = await temporaryFolder(t);
  const chosen = async (env: { HOME?: string } = { HOME: home }) => {
    const { dir, why } = await downloadsFolder(undefined, '/p', nothingHere, env);
    t.is(why, null);
    return dir;
  };
  t.is(await chosen(), join(home, 'Downloads'));
  await fs.mkdir(join(home, '.config'));
  await fs.writeFile(join(home, '.config', 'user-dirs.dirs'), '# made\nXDG_DOWNLOAD_DIR="$HOME/Empfangen"\n');
  t.is(await chosen(), join(home, 'Empfangen'));
  await fs.writeFile(join(home, '.config', 'user-dirs.dirs'), 'XDG_DOWNLOAD_DIR="/srv/in"\n');
  t.is(await chosen(), '/srv/in');
  for (const env of [{}, { HOME: '' }, { HOME: 'here' }]) t.is(await chosen(env), '/p/downloads');
});

test('client_files here is used only if it is a folder of the person; otherwise a sentence says why not', async (t) => {
  const folder = await temporaryFolder(t);
  const other = await temporaryFolder(t);
  const here = join(folder, 'client_files');
  /** Looks at `here` as if it stood in the current folder. */
  const look = (change: object = {}) => {
    const lstat = async () => Object.assign(await fs.lstat(here), change);
    return downloadsFolder(undefined, '/p', { ...fs, lstat }, { HOME: '/home/alice' });
  };
  await fs.symlink(other, here);
  t.like(await look(), { dir: '/home/alice/Downloads' });
  t.regex((await look()).why ?? '', /client_files is a link or a file.* go to \/home\/alice\/Downloads/);
  await fs.unlink(here);
  await fs.mkdir(here, 0o700);
  t.is((await look()).why, null);
  t.regex((await look({ uid: 4_000_000 })).why ?? '', /belongs to another user/);
  t.regex((await look({ mode: 0o40_777 })).why ?? '', /can be written by every user/);
  t.is((await look({ mode: 0o41_777 })).why, null);
});
