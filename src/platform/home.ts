/** Where this system keeps the files of a program for one person. */
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

export type SystemEnvironment = { env: { [name: string]: string | undefined }; platform: NodeJS.Platform };

/**
 * The folder of `program`'s data or configuration: XDG's, or what macOS and Windows have. null without a home folder: HOME must be
 * an absolute path, so that nothing is made in the current folder by accident. As XDG says, a relative XDG variable is ignored.
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
 * A path as an option names it: `~` is the home folder, which a shell leaves as it is in `--profile=~/x`, and a file of settings
 * always does. A folder of that name here is `./~`.
 */
export function expandHome(named: string, from = '.', home = homedir()): string {
  return resolve(from, named === '~' || named.startsWith('~/') ? join(home, named.slice(1)) : named);
}

/** Whether `namedPath` gives the same folder wherever a program is started. */
export function isAbsoluteOrHome(named: string): boolean {
  return isAbsolute(named) || named === '~' || named.startsWith('~/');
}

/** null: not set, empty or relative. */
export function absolute(path: string | undefined): string | null {
  return path !== undefined && isAbsolute(path) ? path : null;
}
