/** Where things lie on this machine (XDG unless told otherwise). */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { FileSystem } from '../../platform/file-system.ts';
import { absolute, expandHome, programFolder, type SystemEnvironment } from '../../platform/home.ts';
import { ClientError } from '../errors.ts';

const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/**
 * The folder of client state: what `--profile` says, else `~/.local/share/securechat` (or what XDG_DATA_HOME says).
 * @throws ClientError 'usage' when nothing says where it is
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

/** config.toml lies in a profile that was named, else in the XDG config folder; null when there is no such folder. */
export function configFile(profileOption: string | undefined, home: SystemEnvironment = process): string | null {
  const folder = profileOption === undefined ? programFolder('securechat', 'config', home) : expandHome(profileOption);
  return folder && join(folder, 'config.toml');
}

/** A folder for downloads, and why it is not the one that would have been taken first. */
export type Downloads = { dir: string; why: string | null };

/**
 * `--downloads`, else `./client_files` if it is a folder of the person's own, else their download folder. A link in the current folder
 * is not followed: an unpacked archive could choose where files land. What is named with an option may be a link.
 * @param profile the folder of the profile, for when there is no home folder
 */
export async function downloadsFolder(
  option: string | undefined,
  profile: string,
  fs: Pick<FileSystem, 'lstat' | 'readFile'>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Downloads> {
  if (option !== undefined) return { dir: expandHome(option), why: null };
  const here = resolve('client_files');
  const fault = await faultOf(here, fs);
  if (fault === null) return { dir: here, why: null };
  const dir = (await ownDownloads(fs, env)) ?? join(profile, 'downloads');
  return { dir, why: fault === '' ? null : `${here} ${fault}: downloads go to ${dir}; choose with --downloads DIR` };
}

/** Why a folder found by chance is not taken; '' when nothing is there, null when it is good. */
async function faultOf(folder: string, fs: Pick<FileSystem, 'lstat'>): Promise<string | null> {
  const found = await fs.lstat(folder).catch(() => null);
  if (found === null) return '';
  if (!found.isDirectory()) return 'is a link or a file, not a folder of your own';
  if (process.getuid !== undefined && found.uid !== process.getuid()) return 'belongs to another user';
  const isForAll = (found.mode & OTHERS_WRITE) !== 0 && (found.mode & STICKY) === 0;
  return process.platform !== 'win32' && isForAll ? 'can be written by every user' : null;
}

/** What the desktop says, else `~/Downloads`; null without a home folder. */
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
