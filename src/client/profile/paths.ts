/** The folders of a profile, its configuration and its downloads. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { FileSystem } from '../../platform/file-system.ts';
import { absolute, expandHome, programFolder, type SystemEnvironment } from '../../platform/home.ts';
import { ClientError } from '../errors.ts';

const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/**
 * Returns the profile's folder: `--profile`, else `securechat` in XDG_DATA_HOME, by default `~/.local/share`.
 * @throws ClientError 'usage' when there is neither an option nor a home folder
 */
export function profileFolder(option: string | undefined, home: SystemEnvironment = process): string {
  if (option !== undefined) return expandHome(option);
  const folder = programFolder('securechat', 'data', home);
  if (folder !== null) return folder;
  throw new ClientError(
    'usage',
    'there is no home folder to keep the profile in (HOME must be an absolute path); give --profile DIR',
  );
}

/** Returns the path of config.toml: in the profile that `--profile` names, else in the XDG config folder; null when there is none. */
export function configFile(profileOption: string | undefined, home: SystemEnvironment = process): string | null {
  const folder = profileOption === undefined ? programFolder('securechat', 'config', home) : expandHome(profileOption);
  return folder && join(folder, 'config.toml');
}

/** `why`: why it is not `./client_files`, for the person; null when there is nothing to say. */
export type Downloads = { dir: string; why: string | null };

/**
 * Returns `--downloads`, else `./client_files` if it is the person's own folder, else their download folder. A link named `client_files` is
 * not followed, as an unpacked archive could choose where files land; an option may name a link.
 * @param profile the profile's folder, used when there is no home folder
 */
export async function downloadsFolder(
  option: string | undefined,
  profile: string,
  fs: Pick<FileSystem, 'lstat' | 'readFile'>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Downloads> {
  if (option !== undefined) return { dir: expandHome(option), why: null };
  const here = resolve('client_files');
  const fault = await whyUnusable(here, fs);
  if (fault === null) return { dir: here, why: null };
  const dir = (await ownDownloads(fs, env)) ?? join(profile, 'downloads');
  return { dir, why: fault === '' ? null : `${here} ${fault}: downloads go to ${dir}; choose with --downloads DIR` };
}

/** Returns why `folder` must not be used, for a sentence; '' when it does not exist, null when it may be used. */
async function whyUnusable(folder: string, fs: Pick<FileSystem, 'lstat'>): Promise<string | null> {
  const found = await fs.lstat(folder).catch(() => null);
  if (found === null) return '';
  if (!found.isDirectory()) return 'is a link or a file, not a folder of your own';
  if (process.getuid !== undefined && found.uid !== process.getuid()) return 'belongs to another user';
  const isForAll = (found.mode & OTHERS_WRITE) !== 0 && (found.mode & STICKY) === 0;
  return process.platform !== 'win32' && isForAll ? 'can be written by every user' : null;
}

/** Returns the desktop's download folder, else `~/Downloads`; null without a home folder. */
async function ownDownloads(fs: Pick<FileSystem, 'readFile'>, env: NodeJS.ProcessEnv): Promise<string | null> {
  const home = absolute(process.platform === 'win32' ? homedir() : env.HOME);
  if (home === null) return null;
  const config = join(absolute(env.XDG_CONFIG_HOME) ?? join(home, '.config'), 'user-dirs.dirs');
  const dirs = await fs.readFile(config).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => '',
  );
  // The file is a shell fragment of a fixed form: XDG_DOWNLOAD_DIR="$HOME/…" or an absolute path.
  const path = /^\s*XDG_DOWNLOAD_DIR="((?:\$HOME|)\/[^"]*)"/m.exec(dirs)?.[1];
  return path === undefined ? join(home, 'Downloads') : path.replace(/^\$HOME/, home);
}
