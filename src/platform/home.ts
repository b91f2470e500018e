/** Where this system keeps a program's files for one person (XDG Base Directory, macOS, Windows). */
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

export type SystemEnvironment = { env: { [name: string]: string | undefined }; platform: NodeJS.Platform };

/**
 * Returns the folder for the data or the configuration of `program`; null without a home folder. HOME must be an absolute path, so that
 * nothing is made in the current folder by accident. A relative XDG variable is ignored, as the XDG specification says.
 */
export function programFolder(
  program: string,
  kind: 'data' | 'config',
  { env, platform }: SystemEnvironment,
): string | null {
  if (platform === 'win32') {
    const [variable, folder] = kind === 'data' ? ['LOCALAPPDATA', 'Local'] : ['APPDATA', 'Roaming'];
    const files = env[variable] || join(homedir(), 'AppData', folder);
    return join(files, program, kind === 'data' ? 'Data' : 'Config');
  }
  const home = absolute(env.HOME);
  if (platform === 'darwin')
    return home && join(home, 'Library', kind === 'data' ? 'Application Support' : 'Preferences', program);
  const [variable, below] = kind === 'data' ? ['XDG_DATA_HOME', '.local/share'] : ['XDG_CONFIG_HOME', '.config'];
  const files = absolute(env[variable]) ?? (home && join(home, below));
  return files && join(files, program);
}

/**
 * Resolves a path from an option or a settings file. A leading `~` is the home folder: a shell does not expand it in `--profile=~/x`,
 * and nothing does in a file. A folder that is really named `~` is written `./~`.
 */
export function expandHome(named: string, from = '.', home = homedir()): string {
  return resolve(from, named === '~' || named.startsWith('~/') ? join(home, named.slice(1)) : named);
}

/** Whether `expandHome` gives the same folder from every current folder. */
export function isAbsoluteOrHome(named: string): boolean {
  return isAbsolute(named) || named === '~' || named.startsWith('~/');
}

/** Returns null when the path is not set, empty or relative. */
export function absolute(path: string | undefined): string | null {
  return path !== undefined && isAbsolute(path) ? path : null;
}
