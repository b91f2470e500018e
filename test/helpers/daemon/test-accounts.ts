/** A daemon with accounts, for tests of whole programs. Each account has a profile on disk and fixture keys. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { connectChat } from '../client/chat.ts';
import { type CliOptions, type CliResult, type RunningProgram, startSecurechat } from '../screen/cli.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { openDaemon } from './in-process-daemon.ts';

type Name = 'alice' | 'bob' | 'carol';

type DaemonAddress = { port: number; fingerprint: string; join: string; dir: string };

export type TestAccounts<D = DaemonAddress> = {
  daemon: D;
  /** The working folder of the programs. It holds the profiles and the password file `password`. */
  dir: string;
  /** The environment for the programs of one account. */
  env(name: Name): Record<string, string>;
  /** Runs `securechat` as one account and waits for its end. */
  as(name: Name, args: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** Starts `securechat` as one account. */
  start(name: Name, args: readonly string[], options?: CliOptions): RunningProgram;
};

export const PASSWORD = 'correct horse';

/** Opens a daemon in the test process and registers `names`. Programs, daemon and folder go when the test ends. */
export async function testAccounts(
  t: ExecutionContext,
  names: readonly Name[] = ['alice', 'bob'],
  { flags = {} }: { flags?: Record<string, string> } = {},
): Promise<TestAccounts> {
  const { at, dir } = await openDaemon(t, { flags });
  return accountsOn(t, { ...at, dir }, names);
}

/** The same on `daemon`: a process for tests that stop, kill or limit it. */
export async function accountsOn<D extends DaemonAddress>(
  t: ExecutionContext,
  daemon: D,
  names: readonly Name[] = ['alice', 'bob'],
): Promise<TestAccounts<D>> {
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, 'password'), `${PASSWORD}\n`, { mode: 0o600 });
  for (const user of names) {
    const account = { user, server: daemon.join, password: PASSWORD, profile: join(dir, user), register: {} };
    await (await connectChat(t, account)).client.close();
  }
  const env = (name: Name) => ({
    SECURECHAT_SERVER: daemon.join,
    SECURECHAT_PROFILE: join(dir, name),
    SECURECHAT_USER: name,
  });
  const start = (name: Name, args: readonly string[], options: CliOptions = {}): RunningProgram =>
    startSecurechat(t, args, { cwd: dir, ...options, env: { ...env(name), ...options.env } });
  return { daemon, dir, env, start, as: (name, args, options) => start(name, args, options).ended };
}
