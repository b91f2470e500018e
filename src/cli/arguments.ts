/** Parses the command line of `securechat` with yargs. Flags win over the environment, which wins over config.toml. */
import { readFile } from 'node:fs/promises';
import yargs, { type Argv } from 'yargs';
import { ClientError } from '../client/errors.ts';
import { globalOptions, optionsFromEnvironment, optionsFromToml } from '../client/profile/global-options.ts';
import { configFile } from '../client/profile/paths.ts';
import { spellOutSwitches } from '../platform/boolean-options.ts';
import { VERSION } from '../platform/version.ts';
import type { Arguments, CommandEntry } from './command.ts';
import { commandTable } from './command-table.ts';

/** `entry` is null when the command line names no command. */
export type ParsedArguments = { entry: CommandEntry | null; args: Arguments };

/** Marks an argument after `--`. No argument of a process can contain NUL. */
const OPERAND_MARK = '\0';

/** The options of all commands that take no value. */
const switches = [
  ...Object.entries(globalOptions).flatMap(([name, { type }]) => (type === 'boolean' ? [name] : [])),
  ...commandTable.flatMap((entry) => entry.switches ?? []),
  'plain',
  'help',
  'version',
];

const groups: ReadonlyMap<string, readonly CommandEntry[]> = Map.groupBy(
  commandTable.filter((entry) => groupOf(entry) !== null),
  (entry) => groupOf(entry) ?? '',
);

/**
 * @param argv the arguments, without the program's name
 * @returns null when yargs answered by itself (--help, --version)
 * @throws ClientError 'usage'
 */
export async function parseArguments(argv: readonly string[]): Promise<ParsedArguments | null> {
  const words = markOperands(spellOutSwitches(argv, switches, (sentence) => new ClientError('usage', sentence)));
  const stray = namedPositional(words);
  if (stray !== null) throw usageError(words, `Unknown argument: ${stray}`);
  const empty = emptyOption(words);
  if (empty !== null) throw new ClientError('usage', `--${empty} needs a value`);
  let called: ParsedArguments | null = null;
  const program = yargs()
    .scriptName('securechat')
    .usage('$0 [join-link]\n$0 <command>')
    .parserConfiguration({ 'parse-positional-numbers': false, 'dot-notation': false })
    .detectLocale(false)
    .options(globalOptions)
    .config(await environmentAndConfig(words))
    .command({
      command: '$0 [link]',
      describe: 'open the screen',
      builder: (y) =>
        y
          .positional('link', { type: 'string', describe: 'securechat://host:port#fingerprint' })
          .option('plain', { type: 'boolean', describe: 'use line mode, like securechat plain' }),
      handler: (args) => {
        called = { entry: null, args: withLink(words, unmarkOperands(args), noSuchCommand) };
      },
    });
  const declare = (parser: Argv, entry: CommandEntry, usage: string): Argv =>
    parser.command({
      command: usage,
      describe: entry.summary,
      builder: async (y) => (await entry.load()).options(y),
      handler: (args) => {
        called = { entry, args: withLink(words, unmarkOperands(args), noLink) };
      },
    });
  for (const entry of commandTable) if (groupOf(entry) === null) declare(program, entry, entry.usage);
  for (const [group, entries] of groups)
    program.command(group, listed(entries.map(actionOf)), (y: Argv) =>
      entries.reduce((inner, entry) => declare(inner, entry, entry.usage.slice(group.length + 1)), y.demandCommand()),
    );
  await program
    .strict()
    .version(VERSION)
    .help()
    .alias('help', 'h')
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .exitProcess(false)
    .fail((message, error) => {
      if (error) throw error;
      throw unknownCommand(words) ?? usageError(words, message);
    })
    .parseAsync(words)
    .catch((error: Error) => {
      // YError comes from yargs; every other error is one of ours.
      throw error.name === 'YError' ? usageError(words, error.message) : error;
    });
  return called;
}

/** Rewrites an error message of yargs for the command that was called. */
function usageError(words: readonly string[], message: string): ClientError {
  const usage = findEntry(words)?.usage ?? '';
  const name = nameIn(usage);
  const positionals = positionalsIn(usage);
  const help = `see ${['securechat', ...(name === '' ? [] : [name]), '--help'].join(' ')}`;
  const needed = positionals.filter((each) => each.startsWith('<')).map((each) => positionalName(each).toUpperCase());
  const said = message.startsWith('Not enough non-option arguments')
    ? `securechat ${name} needs ${needed.join(' and ')}`
    : message.startsWith('Unknown argument') && positionals.length > 0 && !message.includes(OPERAND_MARK)
      ? `${message}; put -- before text that begins with -`
      : message.replaceAll(OPERAND_MARK, '');
  return new ClientError('usage', `${said}; ${help}`);
}

/**
 * Finds a positional that is written as an option (`--text` for `send <to> [text..]`). yargs would accept it and lose a value when
 * both are given. Returns its name, or null.
 */
function namedPositional(words: readonly string[]): string | null {
  const names = positionalsIn(findEntry(words)?.usage ?? '[link]').map(positionalName);
  const named = words.map((word) => /^--(?:no-)?([^=]+)/.exec(word)?.[1] ?? '');
  return named.find((name) => names.includes(name)) ?? null;
}

/** Finds an option with an empty value, as an unset variable in a script produces. Returns its name, or null. */
function emptyOption(words: readonly string[]): string | null {
  const at = words.findIndex((word, i) => /^--[^=]+=$/.test(word) || (/^--[^=]+$/.test(word) && words[i + 1] === ''));
  return words[at]?.replace(/^--|=$/g, '') ?? null;
}

/** `[text..]` → `text`. */
function positionalName(positional: string): string {
  return positional.replace(/\W/g, '');
}

function noSuchCommand(word: string): ClientError {
  return new ClientError('usage', `there is no command "${word}"; see securechat --help`);
}

function noLink(word: string): ClientError {
  return new ClientError('usage', `"${word}" is not a join link; a join link begins with securechat://`);
}

/** The error for an unknown command. It comes before the errors of yargs about the words after the command. */
function unknownCommand(words: readonly string[]): ClientError | null {
  const [word, action] = plainWords(words);
  if (word === undefined || word.startsWith('securechat://') || findEntry(words) !== null) return null;
  const group = groups.get(word);
  if (group === undefined) return noSuchCommand(word);
  if (action !== undefined) return noSuchCommand(`${word} ${action}`);
  return new ClientError(
    'usage',
    `securechat ${word} needs ${listed(group.map(actionOf))}; see securechat ${word} --help`,
  );
}

function findEntry(words: readonly string[]): CommandEntry | null {
  const [word, action] = plainWords(words);
  return commandTable.find(({ usage }) => [word, `${word} ${action}`].includes(nameIn(usage))) ?? null;
}

/** `profile lock` in `profile lock`, `send` in `send <to> [text..]`. */
function nameIn(usage: string): string {
  return usage.replace(/ ?[<[].*/, '');
}

/** `<to>` and `[text..]` in `send <to> [text..]`. */
function positionalsIn(usage: string): string[] {
  return usage.split(' ').filter((word) => /^[<[]/.test(word));
}

/** The first word of a name of two, which groups commands (`profile` of `profile lock`); null for a name of one word. */
function groupOf({ usage }: CommandEntry): string | null {
  const [group = '', action] = nameIn(usage).split(' ');
  return action === undefined ? null : group;
}

function actionOf({ usage }: CommandEntry): string {
  return nameIn(usage).split(' ').at(-1) ?? '';
}

/** `a, b or c`. */
function listed(words: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(words);
}

/** The words that are no options. */
function plainWords(words: readonly string[]): string[] {
  const { _: found } = yargs([...words])
    .help(false)
    .version(false)
    .options(globalOptions)
    // The main parse reports wrong options.
    .fail(() => {})
    .parseSync();
  return found.map((word) => word.toString().replace(OPERAND_MARK, ''));
}

/** The settings of the environment, over those of config.toml. yargs lets flags win over both. */
async function environmentAndConfig(words: readonly string[]): Promise<Record<string, unknown>> {
  const environment = optionsFromEnvironment(process.env);
  const early = await yargs([...words])
    .help(false)
    .version(false)
    .option('profile', { type: 'string' })
    .exitProcess(false)
    .parseAsync();
  const profile = early.profile ?? environment.profile;
  const path = configFile(typeof profile === 'string' ? profile : undefined);
  if (path === null) return environment;
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '';
    throw new ClientError('usage', `${path} cannot be read`);
  });
  return { ...optionsFromToml(text, path), ...environment };
}

/** Turns `securechat LINK` into `securechat --server LINK`. @throws `wrong(word)` when the word is not a join link */
function withLink(words: readonly string[], args: Arguments, wrong: (word: string) => ClientError): Arguments {
  if (typeof args.link !== 'string') return args;
  if (!args.link.startsWith('securechat://')) throw wrong(args.link);
  if (args.server !== undefined && words.some((argument) => argument.startsWith('--server')))
    throw new ClientError('usage', 'give a join link or --server, not both');
  return { ...args, server: args.link };
}

/** Removes `--` and marks the words after it, so that yargs never takes them for options or commands. */
function markOperands(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  return end === -1 ? [...words] : [...words.slice(0, end), ...words.slice(end + 1).map((word) => OPERAND_MARK + word)];
}

function unmarkOperands(args: Arguments): Arguments {
  const plain = (value: unknown): unknown =>
    typeof value === 'string' ? value.replace(OPERAND_MARK, '') : Array.isArray(value) ? value.map(plain) : value;
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, plain(value)])) as Arguments;
}
