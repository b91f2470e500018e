/** `securechat`: settings and arguments, then one command. What a command needs is loaded when it is called. */
import { readFile } from 'node:fs/promises';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { type GlobalOption, globalOptions, settingsFromEnvironment, settingsFromToml } from './client/config.ts';
import { ClientError } from './client/errors.ts';
import { configFile } from './client/paths.ts';
import { VERSION } from './client/software.ts';
import type { Arguments, Command, CommandEntry } from './command.ts';
import { commandTable } from './command-table.ts';
import { Interrupted, Interruption } from './interruption.ts';
import { noScreen } from './no-screen.ts';
import { Output } from './output.ts';
import type { GlobalSettings } from './shell.ts';

type Called = { entry: CommandEntry | null; args: Arguments };

/** No argument of a process can hold it. */
const TEXT_MARK = '\0';
const lineMode = commandTable.find(({ usage }) => usage === 'plain [link]') ?? null;
const rawArguments = markedText(hideBin(process.argv));
// Until the arguments are understood, errors go where they seem to be wanted.
let output = outputFor(rawArguments.includes('--json'), false);

process.umask(0o077);
// A reader that has seen enough (head) is no failure.
const unread = (error: NodeJS.ErrnoException): void => process.exit(error.code === 'EPIPE' ? 0 : 1);
process.stdout.on('error', unread);
// Timers and idle workers do not keep a process alive; a command that has not ended does.
const running = setInterval(() => {}, 0x7fffffff);
const status = await main().then(
  (ended) => ended,
  (error: unknown) => (error instanceof Interrupted ? error.status : output.failure(error)),
);
clearInterval(running);
process.stdout.write('', () => process.exit(status));

/** @returns the exit status */
async function main(): Promise<number> {
  const called = await understand();
  if (called === null) return 0;
  const { args } = called;
  const entry = called.entry ?? (args.plain === true || noScreen(process) ? lineMode : null);
  const settings = settingsFrom(args);
  output = outputFor(args.json === true, args.quiet === true);
  if (entry === null) {
    const { openScreen } = await import('./screen.tsx');
    // The screen has something to save first.
    process.stdout.off('error', unread);
    return openScreen(settings);
  }
  const { Shell } = await import('./shell.ts');
  const interruption = new Interruption();
  interruption.watch(process);
  const shell = new Shell(settings, output, interruption);
  const command = await entry.load();
  refuseRepeated(args, command);
  await command.run(shell, args);
  return 0;
}

/** @returns null when the arguments were answered by yargs itself: --help, --version. @throws ClientError 'usage' */
async function understand(): Promise<Called | null> {
  let called: Called | null = null;
  const program = yargs()
    .scriptName('securechat')
    .usage('$0 [join-link]\n$0 <command>')
    .parserConfiguration({ 'parse-positional-numbers': false })
    .detectLocale(false)
    .options(globalOptions)
    .config(await outsideSettings())
    .command({
      command: '$0 [link]',
      describe: 'open the screen',
      builder: (y) =>
        y
          .positional('link', { type: 'string', describe: 'securechat://host:port#fingerprint' })
          .option('plain', { type: 'boolean', describe: 'line by line, as securechat plain' }),
      handler: (args) => {
        called = { entry: null, args: withLink(unmarked(args), noSuchCommand) };
      },
    });
  for (const entry of commandTable)
    program.command({
      command: entry.usage,
      describe: entry.summary,
      builder: async (y) => (await entry.load()).options(y),
      handler: (args) => {
        called = { entry, args: withLink(unmarked(args), noLink) };
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
      throw missingCommand() ?? wrongUse(message);
    })
    .parseAsync(rawArguments)
    .catch((error: Error) => {
      // What yargs itself finds wrong; anything else was thrown on purpose.
      throw error.name === 'YError' ? wrongUse(error.message) : error;
    });
  return called;
}

/** What yargs says, in the words of the command that was called. */
function wrongUse(message: string): ClientError {
  const entry = calledEntry();
  const [name, ...positionals] = entry?.usage.split(' ') ?? [];
  const help = `see ${['securechat', ...(name === undefined ? [] : [name]), '--help'].join(' ')}`;
  const needed = positionals
    .filter((each) => each.startsWith('<'))
    .map((each) => each.replace(/\W/g, '').toUpperCase());
  const said = message.startsWith('Not enough non-option arguments')
    ? `securechat ${name} needs ${needed.join(' and ')}`
    : message.replaceAll(TEXT_MARK, '');
  return new ClientError('usage', `${said}; ${help}`);
}

function noSuchCommand(word: string): ClientError {
  return new ClientError('usage', `there is no command "${word}"; see securechat --help`);
}

function noLink(word: string): ClientError {
  return new ClientError('usage', `"${word}" is no join link: that begins with securechat://`);
}

/** The first word was to be a command: when it is none, that is worth more than what yargs says of the words after it. */
function missingCommand(): ClientError | null {
  const word = firstWord();
  return word === undefined || word.startsWith('securechat://') || calledEntry() !== null ? null : noSuchCommand(word);
}

function calledEntry(): CommandEntry | null {
  return commandTable.find(({ usage }) => usage.split(' ')[0] === firstWord()) ?? null;
}

function firstWord(): string | undefined {
  const { _: words } = yargs(rawArguments)
    .help(false)
    .version(false)
    .options(globalOptions)
    // What is wrong with the options is said already.
    .fail(() => {})
    .parseSync();
  return words[0]?.toString().replace(TEXT_MARK, '');
}

/** The environment over config.toml; yargs puts the flags over both. */
async function outsideSettings(): Promise<Record<string, unknown>> {
  const environment = settingsFromEnvironment(process.env);
  const early = await yargs(rawArguments)
    .help(false)
    .version(false)
    .option('profile', { type: 'string' })
    .exitProcess(false)
    .parseAsync();
  const profile = early.profile ?? environment.profile;
  const path = configFile(typeof profile === 'string' ? profile : undefined);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '';
    throw new ClientError('usage', `${path} cannot be read`);
  });
  return { ...settingsFromToml(text, path), ...environment };
}

/** `securechat LINK` is `securechat --server LINK`; any other word there is `wrong`. */
function withLink(args: Arguments, wrong: (word: string) => ClientError): Arguments {
  if (typeof args.link !== 'string') return args;
  if (!args.link.startsWith('securechat://')) throw wrong(args.link);
  if (args.server !== undefined && rawArguments.some((argument) => argument.startsWith('--server')))
    throw new ClientError('usage', 'give a join link or --server, not both');
  return { ...args, server: args.link };
}

/** What follows `--` is text, whatever it looks like: it goes to yargs with a mark before it, so that it looks like nothing. */
function markedText(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  return end === -1 ? [...words] : [...words.slice(0, end), ...words.slice(end + 1).map((word) => TEXT_MARK + word)];
}

function unmarked(args: Arguments): Arguments {
  const plain = (value: unknown): unknown =>
    typeof value === 'string' ? value.replace(TEXT_MARK, '') : Array.isArray(value) ? value.map(plain) : value;
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, plain(value)])) as Arguments;
}

function refuseRepeated(args: Arguments, command: Command | null): void {
  const lists = ['_', ...(command?.lists ?? [])];
  for (const [name, value] of Object.entries(args))
    if (Array.isArray(value) && !lists.includes(name)) throw new ClientError('usage', `--${name} was given twice`);
}

function settingsFrom(args: Arguments): GlobalSettings {
  refuseRepeated(Object.fromEntries(Object.keys(globalOptions).map((name) => [name, args[name]])) as Arguments, null);
  const text = (name: GlobalOption): string | undefined => (typeof args[name] === 'string' ? args[name] : undefined);
  for (const [name, { type }] of Object.entries(globalOptions))
    if (type === 'string' && args[name] === '') throw new ClientError('usage', `--${name} needs a value`);
  const timeout = args.timeout;
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0))
    throw new ClientError('usage', '--timeout must be a number of seconds');
  const [server, user, passwordFile, profile, downloads] = (
    ['server', 'user', 'password-file', 'profile', 'downloads'] as const
  ).map(text);
  return {
    trustNew: args['trust-new'] === true,
    newKeys: args['new-keys'] === true,
    ...(server !== undefined && { server }),
    ...(user !== undefined && { user }),
    ...(passwordFile !== undefined && { passwordFile }),
    ...(profile !== undefined && { profile }),
    ...(downloads !== undefined && { downloads }),
    ...(typeof timeout === 'number' && { timeout }),
  };
}

function outputFor(json: boolean, quiet: boolean): Output {
  return new Output({ json, quiet, stdout: process.stdout, stderr: process.stderr });
}
