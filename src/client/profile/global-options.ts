/** The options of all commands: one table for flags, environment (SECURECHAT_…) and config.toml. Flags win, then the environment. */
import { parse } from 'smol-toml';
import { parseSwitch, SWITCH_VALUES } from '../../platform/boolean-options.ts';
import { isAbsoluteOrHome } from '../../platform/home.ts';
import { ClientError } from '../errors.ts';

/** Where a daemon listens by default. */
export const DEFAULT_SERVER = '127.0.0.1:65345';

type OptionType = 'string' | 'boolean' | 'number';

/** A password is none of them: a flag shows in the process list, the environment in /proc and in child processes. */
export const globalOptions = {
  server: {
    type: 'string',
    requiresArg: true,
    describe: 'host:port or a join link securechat://host:port#fingerprint',
  },
  user: { type: 'string', requiresArg: true, describe: 'your name on that server' },
  'password-file': {
    type: 'string',
    requiresArg: true,
    describe: 'read the password from this file; - means standard input',
  },
  'profile-passphrase-file': {
    type: 'string',
    requiresArg: true,
    describe: 'read the passphrase of your locked profile from this file; - means standard input',
  },
  profile: {
    type: 'string',
    requiresArg: true,
    isFolder: true,
    describe: 'folder for your keys, known servers, cache and config.toml',
  },
  'device-name': {
    type: 'string',
    requiresArg: true,
    describe:
      'name of this device in your list of devices; by default the name of this machine. Sent with the password',
  },
  downloads: {
    type: 'string',
    isFolder: true,
    describe:
      'folder for downloads; by default ./client_files if you own it and it is not a symbolic link, else your download folder',
  },
  'trust-new': { type: 'boolean', describe: 'trust a new server without asking; never a changed key' },
  'new-keys': {
    type: 'boolean',
    describe: 'generate keys without asking if neither the server nor this profile has keys of your account',
  },
  json: { type: 'boolean', describe: 'print one JSON object per line on standard output' },
  quiet: { type: 'boolean', describe: 'print no progress and no remarks on standard error' },
  timeout: {
    type: 'number',
    requiresArg: true,
    describe:
      'how many seconds to try to reach the server, and to wait while it is too busy to let you in; 10 by default',
  },
} as const satisfies Record<string, { type: OptionType; requiresArg?: true; isFolder?: true; describe: string }>;

export type GlobalOption = keyof typeof globalOptions;
const typeWords: Readonly<Record<OptionType, string>> = {
  string: 'a text',
  boolean: SWITCH_VALUES,
  number: 'a number',
};
type OptionValue = string | boolean | number;
export type OptionValues = Partial<Record<GlobalOption, OptionValue>>;

/** Reads the options from the environment. Unknown variables are ignored. @throws ClientError 'usage' */
export function optionsFromEnvironment(env: NodeJS.ProcessEnv): OptionValues {
  const settings: OptionValues = {};
  for (const option of Object.keys(globalOptions) as GlobalOption[]) {
    const variable = `SECURECHAT_${option.replaceAll('-', '_').toUpperCase()}`;
    const value = env[variable];
    if (value === undefined || value === '') continue;
    const read = fromText(globalOptions[option].type, value);
    if (read === null)
      throw new ClientError('usage', `${variable} must be ${typeWords[globalOptions[option].type]}, not "${value}"`);
    settings[option] = checkedFolder(option, read, variable);
  }
  return settings;
}

/**
 * Reads the options from the text of config.toml.
 * @param file its path, for errors
 * @throws ClientError 'usage' when it is not TOML, or a key is no option
 */
export function optionsFromToml(text: string, file: string): OptionValues {
  let table: Record<string, unknown>;
  try {
    table = parse(text);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    throw new ClientError('usage', `${file} is not TOML: ${reason}`);
  }
  const settings: OptionValues = {};
  for (const [key, value] of Object.entries(table)) {
    if (!Object.hasOwn(globalOptions, key) || key === 'profile')
      throw new ClientError('usage', `${file}: "${key}" is not an option; it may hold ${tomlKeys()}`);
    const option = key as GlobalOption;
    const { type } = globalOptions[option];
    const read = type === 'boolean' && typeof value === 'string' ? parseSwitch(value) : value;
    if (typeof read !== type) throw new ClientError('usage', `${file}: ${key} must be ${typeWords[type]}`);
    settings[option] = checkedFolder(option, read as OptionValue, `${file}: ${key}`);
  }
  return settings;
}

/** A folder that is set for all calls must not depend on the current folder. @throws ClientError 'usage' */
function checkedFolder(option: GlobalOption, value: OptionValue, place: string): OptionValue {
  if ('isFolder' in globalOptions[option] && !isAbsoluteOrHome(String(value)))
    throw new ClientError('usage', `${place} must be an absolute path, not "${value}"`);
  return value;
}

function tomlKeys(): string {
  return Object.keys(globalOptions)
    .filter((key) => key !== 'profile')
    .join(', ');
}

function fromText(type: OptionType, value: string): OptionValue | null {
  if (type === 'string') return value;
  if (type === 'number') return /^\d+(\.\d+)?$/.test(value) ? Number(value) : null;
  return parseSwitch(value);
}
