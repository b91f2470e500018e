/** Parses the command line, before anything is opened. */
import yargs from 'yargs';
import { spellOutSwitches } from '../../platform/boolean-options.ts';
import { UsageError } from '../data/start-error.ts';
import type { OptionValues } from './config.ts';
import { epilogue, isSwitch, type OptionName, optionNames, options } from './options.ts';

export type Command = { command: 'start' | 'fingerprint'; flags: OptionValues } | { command: 'print'; text: string };

/**
 * @param args without the program's name
 * @throws UsageError
 */
export async function parseArguments(args: readonly string[], version: string): Promise<Command> {
  const switches = [...optionNames.filter(isSwitch), 'help', 'version'];
  const words = spellOutSwitches(args, switches, (sentence) => new UsageError(sentence));
  const parser = yargs(words)
    .scriptName('securechat-daemon')
    .help(false)
    .version(false)
    .usage('$0 [start]\n\nServes SecureChat until it is stopped.')
    .command('start', 'serve (also without a command)')
    .command('fingerprint', 'print the fingerprint that clients compare')
    .options(
      Object.fromEntries(
        optionNames.map((name) => [
          name,
          isSwitch(name)
            ? { type: 'boolean' as const, describe: options[name] }
            : { type: 'string' as const, requiresArg: true, describe: options[name] },
        ]),
      ),
    )
    .option('help', { type: 'boolean', describe: 'print this' })
    .option('version', { type: 'boolean', describe: 'print the version' })
    .epilogue(epilogue)
    .wrap(120)
    .strictOptions()
    .parserConfiguration({
      'populate--': false,
      'camel-case-expansion': false,
      'boolean-negation': false,
      'dot-notation': false,
    })
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(`${message.split('\n')[0]}; see --help`);
    });
  const parsed: { [name: string]: unknown; _: (string | number)[] } = withUsageErrors(() => parser.parseSync());
  if (parsed.help === true) return { command: 'print', text: await parser.getHelp() };
  if (parsed.version === true) return { command: 'print', text: version };
  return { command: commandOf(parsed._.map(String)), flags: flagsOf(parsed) };
}

function withUsageErrors<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
}

function commandOf(words: string[]): 'start' | 'fingerprint' {
  const [command = 'start', extra] = words;
  if (command !== 'start' && command !== 'fingerprint') {
    throw new UsageError(`there is no command ${JSON.stringify(command)}; see --help`);
  }
  if (extra !== undefined) throw new UsageError(`${command} takes no ${JSON.stringify(extra)}; see --help`);
  return command;
}

function flagsOf(parsed: { [name: string]: unknown }): OptionValues {
  const flags: OptionValues = {};
  for (const name of optionNames satisfies OptionName[]) {
    const value = parsed[name];
    if (value === undefined) continue;
    if (isSwitch(name) && typeof value === 'boolean') {
      flags[name] = value ? 'yes' : 'no';
      continue;
    }
    if (typeof value !== 'string') throw new UsageError(`--${name} was given twice`);
    if (value === '') throw new UsageError(`--${name} needs a value`);
    flags[name] = value;
  }
  return flags;
}
