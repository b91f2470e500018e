/** Parses the arguments, then opens the screen or runs one command, and exits with its status. */
import { hideBin } from 'yargs/helpers';
import { ClientError } from '../client/errors.ts';
import { type GlobalOption, globalOptions } from '../client/profile/global-options.ts';
import { exitOnOutputError } from '../platform/terminal/standard-output.ts';
import { isScreenless } from '../platform/terminal/terminal-support.ts';
import { parseArguments } from './arguments.ts';
import type { Arguments, Command } from './command.ts';
import { commandTable } from './command-table.ts';
import { Interrupted, Interruption } from './console/interruption.ts';
import { Output } from './console/output.ts';
import type { GlobalSettings } from './console/shell.ts';
import { leaveRawMode } from './early-raw-mode.ts';

/** One day. A Node timer holds 24.8 days at most (2^31 ms). */
const MAX_TIMEOUT_S = 86_400;
const lineMode = commandTable.find(({ usage }) => usage === 'plain [link]') ?? null;
const typed = hideBin(process.argv);
// For errors in the arguments themselves; `main` replaces it.
let output = outputFor(typed.includes('--json'), false);

process.umask(0o077);
// Exit with an error when standard output cannot be written, for example because the disk is full.
exitOnOutputError(process, 'securechat');
// Keep the process alive until the command ends: its timers and workers are unreferenced.
const running = setInterval(() => {}, 0x7fffffff);
const status = await main().then(
  (ended) => ended,
  (error: unknown) => {
    leaveRawMode(process);
    return error instanceof Interrupted ? error.status : output.failure(error);
  },
);
clearInterval(running);
process.stdout.write('', (error) => {
  if (!error) process.exit(status);
  // exitOnOutputError handles the error and exits before this runs.
  setImmediate(() => process.exit(1));
});

/** @returns the exit status */
async function main(): Promise<number> {
  const called = await parseArguments(typed);
  if (called === null) return 0;
  const { args } = called;
  const entry = called.entry ?? (args.plain === true || isScreenless(process) ? lineMode : null);
  const settings = settingsFrom(args);
  output = outputFor(args.json === true, args.quiet === true);
  if (entry === null) {
    const { openScreen } = await import('../tui/screen.tsx');
    // The screen handles a closed output itself: it saves drafts first.
    process.stdout.removeAllListeners('error');
    return openScreen(settings, async (isAgain) => {
      const { passphraseQuestion } = await import('./console/secret-questions.ts');
      const { openTerminal } = await import('./console/prompt.ts');
      const question = passphraseQuestion({ file: settings.profilePassphraseFile, output, terminal: openTerminal });
      return question(isAgain);
    });
  }
  leaveRawMode(process);
  const { Shell } = await import('./console/shell.ts');
  const interruption = new Interruption();
  interruption.watch(process);
  const command = await entry.load();
  const shell = new Shell(settings, output, interruption, command.longRunning === true);
  refuseRepeated(args, command);
  await command.run(shell, args).finally(() => shell.close());
  return 0;
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
  if (args['password-file'] === '-' && args['profile-passphrase-file'] === '-')
    throw new ClientError('usage', 'standard input holds either the password or the passphrase; give a file for one');
  const timeout = args.timeout;
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0 && timeout <= MAX_TIMEOUT_S))
    throw new ClientError('usage', `--timeout must be a number of seconds, up to ${MAX_TIMEOUT_S}`);
  const [server, user, passwordFile, profilePassphraseFile, profile, deviceName, downloads] = (
    ['server', 'user', 'password-file', 'profile-passphrase-file', 'profile', 'device-name', 'downloads'] as const
  ).map(text);
  return {
    trustNew: args['trust-new'] === true,
    newKeys: args['new-keys'] === true,
    ...(server !== undefined && { server }),
    ...(user !== undefined && { user }),
    ...(passwordFile !== undefined && { passwordFile }),
    ...(profilePassphraseFile !== undefined && { profilePassphraseFile }),
    ...(profile !== undefined && { profile }),
    ...(deviceName !== undefined && { deviceName }),
    ...(downloads !== undefined && { downloads }),
    ...(typeof timeout === 'number' && { timeout }),
  };
}

function outputFor(json: boolean, quiet: boolean): Output {
  return new Output({ json, quiet, stdout: process.stdout, stderr: process.stderr });
}
