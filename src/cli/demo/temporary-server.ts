/** A folder, a daemon and accounts that are gone when the demo ends, however it ends. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { connect } from '../../client/connect.ts';
import type { Client } from '../../client/types.ts';
import type { Shell } from '../console/shell.ts';
import { type DaemonProcess, startDaemon } from './daemon-process.ts';

export type TemporaryServer = {
  dir: string;
  daemon: DaemonProcess;
  /** The folder of an account's profile. */
  profile(name: string): string;
  /** Makes an account; its client is closed at the end. */
  account(name: string): Promise<Client>;
  /** Says what is waited for, and how long it took. */
  step<T>(what: string, work: () => Promise<T>): Promise<T>;
};

/** How to go on after the demo, with the programs as they were called: `program` is this one's path or name. */
export function nextSteps(program: string): string[] {
  // In a clone the command is no word of the shell.
  const screen = basename(program) === 'securechat.js' ? relative(process.cwd(), program) : 'securechat';
  const rows = [
    [screen.replace(/securechat(?=(?:\.js)?$)/, 'securechat-daemon'), 'where it shall run; it prints a join link'],
    [`${screen} 'JOIN-LINK'`, 'everybody, with that link: the screen asks for a name and makes the account'],
    [`${screen} --help`, 'everything else'],
  ] as const;
  const wide = Math.max(...rows.map(([command]) => command.length));
  return rows.map(([command, what]) => `  ${command.padEnd(wide)}   ${what}`);
}

/** Runs `work` beside a throw-away daemon; everything is stopped and deleted after it. */
export async function withTemporaryServer(
  shell: Shell,
  work: (place: TemporaryServer) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'securechat-demo-'));
  const opened: Client[] = [];
  let daemon: DaemonProcess | null = null;
  // A second signal, or a mistake: what nobody can wait for is done at once.
  const atOnce = (): void => {
    daemon?.kill();
    rmSync(dir, { recursive: true, force: true });
  };
  process.once('exit', atOnce);
  async function step<T>(what: string, doing: () => Promise<T>): Promise<T> {
    shell.output.info(`${what} …`);
    const start = performance.now();
    const result = await shell.untilInterrupted(doing());
    shell.output.info(`  done, ${((performance.now() - start) / 1000).toFixed(1)} s`);
    return result;
  }
  const profile = (name: string): string => join(dir, name);
  const started = startDaemon(join(dir, 'daemon')).then((process) => {
    daemon = process;
    return process;
  });
  try {
    const running = await step('starting a daemon: its own keys are made once', () => started);
    const account = async (name: string): Promise<Client> => {
      const password = randomBytes(16).toString('base64url');
      const ask = { trust: async () => false, password: async () => password, progress() {} };
      const client = await connect({
        server: running.join,
        user: name,
        password,
        ask,
        profile: profile(name),
        register: {},
      });
      opened.push(client);
      return client;
    };
    await work({ dir, daemon: running, profile, account, step });
  } finally {
    await Promise.allSettled(opened.map((client) => client.close()));
    // Also one that was still starting.
    await started.then(
      (process) => process.stop(),
      () => {},
    );
    await rm(dir, { recursive: true, force: true });
    process.off('exit', atOnce);
    shell.output.line('\nThe daemon has stopped and its folder is deleted.');
  }
}
