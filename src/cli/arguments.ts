/** The command line of `securechat`, with what the environment and config.toml set beneath it. */
import { readFile } from 'node:fs/promises';
import yargs from 'yargs';
import { ClientError } from '../client/errors.ts';
import { configFile } from '../client/profile/paths.ts';
import { globalOptions, settingsFromEnvironment, settingsFromToml } from '../client/profile/settings.ts';
import { withValues } from '../platform/switches.ts';
import { VERSION } from '../platform/version.ts';
import type { Arguments, CommandEntry } from './command.ts';
import { commandTable } from './command-table.ts';

/** `entry` is null where no command was named. */
export type ParsedArguments = { entry: CommandEntry | null; args: Arguments };

/** No argument of a process can hold it. */
const OPERAND_MARK = '\0';

/** Options that take no value, of all commands. */
const switches = [
  ...Object.entries(globalOptions).flatMap(([name, { type }]) => (type === 'boolean' ? [name] : [])),
  ...commandTable.flatMap((entry) => entry.switches ?? []),
  'plain',
  'help',
  'version',
];

/**
 * @param typed without the program's name
 * @returns null when the arguments were answered by yargs itself: --help, --version. @throws ClientError 'usage'
 */
export async function parseArguments(typed: readonly string[]): Promise<ParsedArguments | null> {
  const words = markOperands(withValues(typed, switches, (sentence) => new ClientError('usage', sentence)));
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
          .option('plain', { type: 'boolean', describe: 'line by line, as securechat plain' }),
      handler: (args) => {
        called = { entry: null, args: withLink(words, unmarkOperands(args), noSuchCommand) };
      },
    });
  for (const entry of commandTable)
    program.command({
      command: entry.usage,
      describe: entry.summary,
      builder: async (y) => (await entry.load()).options(y),
      handler: (args) => {
        called = { entry, args: withLink(words, unmarkOperands(args), noLink) };
      },
    });
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
      // What yargs itself finds wrong; anything else was thrown on purpose.
      throw error.name === 'YError' ? usageError(words, error.message) : error;
    });
  return called;
}

/** What yargs says, in the words of the command that was called. */
function usageError(words: readonly string[], message: string): ClientError {
  const [name, ...positionals] = findEntry(words)?.usage.split(' ') ?? [];
  const help = `see ${['securechat', ...(name === undefined ? [] : [name]), '--help'].join(' ')}`;
  const needed = positionals.filter((each) => each.startsWith('<')).map((each) => positionalName(each).toUpperCase());
  const said = message.startsWith('Not enough non-option arguments')
    ? `securechat ${name} needs ${needed.join(' and ')}`
    : message.startsWith('Unknown argument') && positionals.length > 0 && !message.includes(OPERAND_MARK)
      ? `${message}; what begins with - and is no option stands after --`
      : message.replaceAll(OPERAND_MARK, '');
  return new ClientError('usage', `${said}; ${help}`);
}

/** A word with dashes that names a place of the command, as `--text`: yargs would put the word after it there, and lose one of two. */
function namedPositional(words: readonly string[]): string | null {
  const [, ...positionals] = findEntry(words)?.usage.split(' ') ?? ['', 'link'];
  const names = positionals.map(positionalName);
  const named = words.map((word) => /^--(?:no-)?([^=]+)/.exec(word)?.[1] ?? '');
  return named.find((name) => names.includes(name)) ?? null;
}

/** An option with nothing in it, as an unset variable of a script leaves it. */
function emptyOption(words: readonly string[]): string | null {
  const at = words.findIndex((word, i) => /^--[^=]+=$/.test(word) || (/^--[^=]+$/.test(word) && words[i + 1] === ''));
  return words[at]?.replace(/^--|=$/g, '') ?? null;
}

/** `text` for `[text..]`. */
function positionalName(positional: string): string {
  return positional.replace(/\W/g, '');
}

function noSuchCommand(word: string): ClientError {
  return new ClientError('usage', `there is no command "${word}"; see securechat --help`);
}

function noLink(word: string): ClientError {
  return new ClientError('usage', `"${word}" is no join link: that begins with securechat://`);
}

/** An unknown command is reported before what yargs says of the words after it. */
function unknownCommand(words: readonly string[]): ClientError | null {
  const word = firstWord(words);
  return word === undefined || word.startsWith('securechat://') || findEntry(words) !== null
    ? null
    : noSuchCommand(word);
}

function findEntry(words: readonly string[]): CommandEntry | null {
  return commandTable.find(({ usage }) => usage.split(' ')[0] === firstWord(words)) ?? null;
}

function firstWord(words: readonly string[]): string | undefined {
  const { _: found } = yargs([...words])
    .help(false)
    .version(false)
    .options(globalOptions)
    // What is wrong with the options is said already.
    .fail(() => {})
    .parseSync();
  return found[0]?.toString().replace(OPERAND_MARK, '');
}

/** The environment over config.toml; yargs puts the flags over both. */
async function environmentAndConfig(words: readonly string[]): Promise<Record<string, unknown>> {
  const environment = settingsFromEnvironment(process.env);
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
  return { ...settingsFromToml(text, path), ...environment };
}

/** `securechat LINK` is `securechat --server LINK`; any other word there is `wrong`. */
function withLink(words: readonly string[], args: Arguments, wrong: (word: string) => ClientError): Arguments {
  if (typeof args.link !== 'string') return args;
  if (!args.link.startsWith('securechat://')) throw wrong(args.link);
  if (args.server !== undefined && words.some((argument) => argument.startsWith('--server')))
    throw new ClientError('usage', 'give a join link or --server, not both');
  return { ...args, server: args.link };
}

/** What follows `--` is text, whatever it looks like: it goes to yargs with a mark before it, so that it looks like nothing. */
function markOperands(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  return end === -1 ? [...words] : [...words.slice(0, end), ...words.slice(end + 1).map((word) => OPERAND_MARK + word)];
}

function unmarkOperands(args: Arguments): Arguments {
  const plain = (value: unknown): unknown =>
    typeof value === 'string' ? value.replace(OPERAND_MARK, '') : Array.isArray(value) ? value.map(plain) : value;
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, plain(value)])) as Arguments;
}
