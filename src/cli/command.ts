/** What a shell command is. Its file in commands/ is loaded only when it is called. */
import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { Shell } from './console/shell.ts';

export type Arguments = ArgumentsCamelCase<Record<string, unknown>>;

export type Command = {
  /** Runs until it is stopped: it waits for a server that lets nobody in for now. Others do so for --timeout. */
  longRunning?: true;
  /** Declares positionals and options. Every positional is `type: 'string'`: a text of digits is not a number. */
  options(yargs: Argv): Argv;
  /** Options and positionals that may come more than once. */
  lists?: readonly string[];
  /** Resolves when the command has done its work. @throws ClientError, Refusal: their exit status */
  run(shell: Shell, args: Arguments): Promise<void>;
};

export type CommandEntry = {
  /** As yargs takes it: `send <to> [text..]`. */
  usage: string;
  summary: string;
  /** Its options without a value. They are known before it is loaded. */
  switches?: readonly string[];
  load(): Promise<Command>;
};
