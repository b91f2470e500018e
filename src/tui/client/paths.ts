/** Where things lie on this machine (XDG unless told otherwise). */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import envPaths from 'env-paths';
import type { FileSystem } from '../../protocol/seams.ts';

const xdg = envPaths('securechat', { suffix: '' });

/** The folder of client state: what `--profile` says, else `~/.local/share/securechat` (or what XDG_DATA_HOME says). */
export function profileFolder(option: string | undefined): string {
  return option === undefined ? xdg.data : resolve(option);
}

/** config.toml lies in a profile that was named, else in the XDG config folder. */
export function configFile(profileOption: string | undefined): string {
  return join(profileOption === undefined ? xdg.config : resolve(profileOption), 'config.toml');
}

/** `--downloads`, else `./client_files` if it exists, else the person's download folder. */
export async function downloadsFolder(
  option: string | undefined,
  fs: FileSystem,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  if (option !== undefined) return resolve(option);
  const here = resolve('client_files');
  const found = await fs.stat(here).catch(() => null);
  if (found?.isDirectory()) return here;
  const home = env.HOME ?? homedir();
  const config = join(env.XDG_CONFIG_HOME ?? join(home, '.config'), 'user-dirs.dirs');
  const dirs = await fs.readFile(config).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => '',
  );
  // The file is a shell fragment of a fixed form: XDG_DOWNLOAD_DIR="$HOME/…" or an absolute path.
  const path = /^\s*XDG_DOWNLOAD_DIR="((?:\$HOME|)\/[^"]*)"/m.exec(dirs)?.[1];
  return path === undefined ? join(home, 'Downloads') : path.replace(/^\$HOME/, home);
}
