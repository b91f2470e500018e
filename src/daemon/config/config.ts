/**
 * Folder `config`: reads flags, environment and config.toml into one Config; it opens no data file and knows no running
 * daemon.
 */
import { resolve } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { parseSwitch, SWITCH_VALUES } from '../../platform/boolean-options.ts';
import { expandHome, isAbsoluteOrHome } from '../../platform/home.ts';
import { DEFAULT_PORT } from '../../protocol/link/daemon-identity.ts';
import { UsageError } from '../data/start-error.ts';
import { isSwitch, logLevels, type OptionName, optionNames, registrations } from './options.ts';
import { parseDuration, parseSize } from './units.ts';

/** The operator's settings. Sizes in bytes, times in milliseconds. */
export type Config = {
  dataDir: string;
  host: string;
  port: number;
  /** Seal each room message once for all links of the room. */
  broadcast: boolean;
  registration: (typeof registrations)[number];
  maxFileSize: number;
  /** Most bytes of all files of one person. */
  quota: number;
  /** Most bytes of all messages of one person, including their overhead. */
  messageQuota: number;
  /** How long messages and files are kept; null keeps them for ever. */
  retention: number | null;
  logLevel: (typeof logLevels)[number];
  logFile: string | null;
};

/** Option values as text, not parsed yet. */
export type OptionValues = { [N in OptionName]?: string };

/** Sources of the settings, besides the command line. */
export type Environment = {
  env: { [name: string]: string | undefined };
  cwd: string;
  /** This program's data folder by the system's rules; null without a home folder. */
  xdgData: string | null;
  exists(path: string): boolean;
  /** The file's text; null when it does not exist. */
  readText(path: string): string | null;
};

/** Settings that a reload (HUP) applies; the others need a restart. */
const live = [
  'registration',
  'maxFileSize',
  'quota',
  'messageQuota',
  'retention',
  'logLevel',
] as const satisfies (keyof Config)[];

/** @throws UsageError. */
export function readConfig(flags: OptionValues, environment: Environment): Config {
  const env = optionsFromEnvironment(environment.env);
  const named = flags.config ?? env.config;
  const fileOf = (path: string): OptionValues => {
    const text = environment.readText(path);
    if (text === null && named !== undefined) throw new UsageError(`cannot read ${path}; check --config`);
    return text === null ? {} : optionsFromToml(path, text);
  };
  const namedFile = named === undefined ? null : expandHome(named, environment.cwd);
  const first = namedFile === null ? {} : fileOf(namedFile);
  const dataDir = chooseDataDir(flags, environment, [
    [variableOf('data-dir'), env['data-dir']],
    [`${namedFile}: data-dir`, first['data-dir']],
    ['STATE_DIRECTORY', environment.env.STATE_DIRECTORY?.split(':')[0]],
  ]);
  const path = namedFile ?? resolve(dataDir, 'config.toml');
  const file = namedFile === null ? fileOf(path) : first;
  if (namedFile === null && file['data-dir'] !== undefined) {
    throw new UsageError(
      `data-dir is not allowed in ${path}, because the daemon found that file in the data folder; remove it`,
    );
  }
  const given: OptionValues = { ...file, ...env, ...flags };
  /** The source of an option's value, for error messages. */
  const sourceOf = (option: OptionName): string => {
    if (flags[option] !== undefined) return `--${option}`;
    return env[option] !== undefined ? variableOf(option) : `${path}: ${option}`;
  };
  const parsed = <T>(option: OptionName, otherwise: string, parse: (text: string) => T | null, what: string): T => {
    const text = given[option] ?? otherwise;
    const value = parse(text);
    if (value === null) throw new UsageError(`${sourceOf(option)} ${JSON.stringify(text)} is not ${what}`);
    return value;
  };
  const oneOf = <T extends string>(option: OptionName, otherwise: T, allowed: readonly T[]): T =>
    parsed(option, otherwise, (text) => allowed.find((word) => word === text) ?? null, `one of ${allowed.join(', ')}`);
  return {
    dataDir,
    host: given.host ?? '127.0.0.1',
    port: parsed('port', String(DEFAULT_PORT), parsePort, 'a port; give 0 to 65535'),
    broadcast: !parsed('no-broadcast', 'no', parseSwitch, SWITCH_VALUES),
    registration: oneOf('registration', 'open', registrations),
    maxFileSize: parsed('max-file-size', '2G', parseSize, 'a size such as 500M or 2G'),
    quota: parsed('quota', '10G', parseSize, 'a size such as 500M or 10G'),
    messageQuota: parsed('message-quota', '1G', parseSize, 'a size such as 100M or 1G'),
    retention:
      given.retention === undefined ? null : parsed('retention', '', parseDuration, 'a time such as 90d or 1y'),
    logLevel: oneOf('log-level', 'info', logLevels),
    logFile: given['log-file'] === undefined ? null : expandHome(given['log-file'], environment.cwd),
  };
}

/** Applies the settings that may change at run time. @returns the changed settings that need a restart */
export function applyLive(config: Config, next: Config): string[] {
  const needRestart = (Object.keys(config) as (keyof Config)[]).filter(
    (key) => !(live as readonly string[]).includes(key) && config[key] !== next[key],
  );
  Object.assign(config, Object.fromEntries(live.map((key) => [key, next[key]])));
  return needRestart;
}

function optionsFromEnvironment(env: Environment['env']): OptionValues {
  const given: OptionValues = {};
  for (const name of optionNames) {
    const value = env[variableOf(name)];
    if (value !== undefined && value !== '') given[name] = value;
  }
  return given;
}

function variableOf(option: OptionName): string {
  return `SECURECHAT_${option.toUpperCase().replaceAll('-', '_')}`;
}

function optionsFromToml(path: string, text: string): OptionValues {
  let table: { [key: string]: unknown };
  try {
    table = parseToml(text);
  } catch (error) {
    throw new UsageError(`${path} is not TOML: ${String((error as Error).message).split('\n')[0]}`);
  }
  const given: OptionValues = {};
  for (const [key, value] of Object.entries(table)) {
    const name = optionNames.find((option) => option === key && option !== 'config');
    if (name === undefined) throw new UsageError(`${path} has the unknown key ${JSON.stringify(key)}; see --help`);
    if (typeof value !== 'string' && typeof value !== 'number' && !(isSwitch(name) && typeof value === 'boolean')) {
      throw new UsageError(`${path}: ${key} must be text`);
    }
    given[name] = String(value);
  }
  return given;
}

/** @param others other sources of the path, in order of precedence. Only a flag may give a relative path. */
function chooseDataDir(
  flags: OptionValues,
  environment: Environment,
  others: readonly [source: string, path: string | undefined][],
): string {
  if (flags['data-dir'] !== undefined) return expandHome(flags['data-dir'], environment.cwd);
  for (const [source, path] of others) {
    if (path === undefined || path === '') continue;
    if (isAbsoluteOrHome(path)) return expandHome(path);
    throw new UsageError(`${source} ${JSON.stringify(path)} is not an absolute path; give one, or --data-dir DIR`);
  }
  if (environment.exists(resolve(environment.cwd, 'users.txt'))) return environment.cwd;
  if (environment.xdgData !== null) return environment.xdgData;
  throw new UsageError(
    'there is no home folder to keep the data in (HOME must be an absolute path); give --data-dir DIR',
  );
}

function parsePort(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : null;
}
