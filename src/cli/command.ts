/** A shell command and its row in the table. The program loads a command's file in commands/ only when the command runs. */
import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { Shell } from './console/shell.ts';

export type Arguments = ArgumentsCamelCase<Record<string, unknown>>;

/** Returns the value of an option that takes a text; undefined when it was not given. */
export function textOption(args: Arguments, name: string): string | undefined {
  const value = args[name];
  return typeof value === 'string' ? value : undefined;
}

export type Command = {
  /** The command runs until it is stopped, so it waits without limit for a busy server. The others wait for --timeout. */
  longRunning?: true;
  /** Declares positionals and options. Every positional is `type: 'string'`: a text of digits is not a number. */
  options(yargs: Argv): Argv;
  /** Options and positionals that may be repeated. */
  lists?: readonly string[];
  /** Resolves when the command is done. @throws ClientError, Refusal: each has its exit status (`explain`) */
  run(shell: Shell, args: Arguments): Promise<void>;
};

export type CommandEntry = {
  /** In the syntax of yargs: `send <to> [text..]`. The name may have two words: `profile lock`. */
  usage: string;
  summary: string;
  /** Options that take no value. The argument parser needs them before it loads the command. */
  switches?: readonly string[];
  load(): Promise<Command>;
};
