import * as fs from 'node:fs/promises';
import { join, resolve } from 'node:path';
import test from 'ava';
import { configFile, downloadsFolder, profileFolder } from '../../../src/tui/client/paths.ts';
import { temporaryFolder } from '../../helpers/folder.ts';

test('a named profile holds its config.toml', (t) => {
  t.is(profileFolder('p'), resolve('p'));
  t.is(configFile('p'), resolve('p', 'config.toml'));
  t.regex(profileFolder(undefined), /securechat$/);
});

test('downloads go to what was said, else to client_files here, else to the download folder', async (t) => {
  t.is(await downloadsFolder('d', fs), resolve('d'));
  // The tests run in a clone, which has the folder.
  t.is(await downloadsFolder(undefined, fs), resolve('client_files'));
  const nothingHere = { ...fs, stat: async () => Promise.reject(new Error('none')) };
  const home = await temporaryFolder(t);
  t.is(await downloadsFolder(undefined, nothingHere, { HOME: home }), join(home, 'Downloads'));
  await fs.mkdir(join(home, '.config'));
  await fs.writeFile(join(home, '.config', 'user-dirs.dirs'), '# made\nXDG_DOWNLOAD_DIR="$HOME/Empfangen"\n');
  t.is(await downloadsFolder(undefined, nothingHere, { HOME: home }), join(home, 'Empfangen'));
  await fs.writeFile(join(home, '.config', 'user-dirs.dirs'), 'XDG_DOWNLOAD_DIR="/srv/in"\n');
  t.is(await downloadsFolder(undefined, nothingHere, { HOME: home }), '/srv/in');
});
