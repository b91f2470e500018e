/** A daemon and people who have accounts on it, for whole programs: each has a profile on disk and keys from the fixtures. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Opaque } from '../../../src/protocol/crypto/opaque.ts';
import { connectChat } from '../client/chat.ts';
import { fastOpaque } from '../protocol/fast-opaque.ts';
import { type CliOptions, type CliResult, type Running, startSecurechat } from '../screen/cli.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { startDaemon, type TestDaemon } from './daemon.ts';

type Name = 'alice' | 'bob' | 'carol';

export type TestAccounts = {
  daemon: TestDaemon;
  /** Where programs run, with the profiles and the password file `password` in it. */
  dir: string;
  /** The environment of somebody's programs. */
  env(name: Name): Record<string, string>;
  /** One program of somebody, to its end. */
  as(name: Name, args: readonly string[], options?: CliOptions): Promise<CliResult>;
  start(name: Name, args: readonly string[], options?: CliOptions): Running;
};

export const PASSWORD = 'correct horse';

type TestAccountsOptions = {
  daemonArgs?: readonly string[];
  daemonEnv?: Record<string, string>;
  /** inlineOpaque where a program logs in with the password; lightOpaque unless given, for profiles have a key. */
  opaque?: Opaque;
};

/** Everything ends and goes with the test. */
export async function testAccounts(
  t: ExecutionContext,
  names: readonly Name[] = ['alice', 'bob'],
  { daemonArgs = [], daemonEnv = {}, opaque = fastOpaque }: TestAccountsOptions = {},
): Promise<TestAccounts> {
  const daemon = await startDaemon(t, daemonArgs, { env: daemonEnv });
  const dir = await temporaryFolder(t);
  await writeFile(join(dir, 'password'), `${PASSWORD}\n`, { mode: 0o600 });
  for (const user of names) {
    const account = { user, server: daemon.join, password: PASSWORD, profile: join(dir, user), register: {} };
    await (await connectChat(t, account, { opaque })).client.close();
  }
  const env = (name: Name) => ({
    SECURECHAT_SERVER: daemon.join,
    SECURECHAT_PROFILE: join(dir, name),
    SECURECHAT_USER: name,
  });
  const start = (name: Name, args: readonly string[], options: CliOptions = {}): Running =>
    startSecurechat(t, args, { cwd: dir, ...options, env: { ...env(name), ...options.env } });
  return { daemon, dir, env, start, as: (name, args, options) => start(name, args, options).ended };
}
