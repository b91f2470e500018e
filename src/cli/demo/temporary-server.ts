/** A daemon with its folder and accounts for the length of the demo. All of it is deleted, even when the demo fails or is killed. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import type { Client } from '../../client/api/client-api.ts';
import { connect } from '../../client/connect.ts';
import type { Shell } from '../console/shell.ts';
import { type DaemonProcess, startDaemonProcess } from './daemon-process.ts';

export type TemporaryServer = {
  /** The temporary folder. */
  dir: string;
  daemon: DaemonProcess;
  /** The folder of an account's profile. */
  profile(name: string): string;
  /** Creates an account and logs in. The client is closed at the end. */
  account(name: string): Promise<Client>;
  /** Runs `work`; prints `what` before it and the time it took after it. */
  step<T>(what: string, work: () => Promise<T>): Promise<T>;
};

/**
 * The commands to run after the demo, as lines.
 * @param program how this program was called: its path or name
 */
export function nextSteps(program: string): string[] {
  // In a clone `securechat` is not in PATH, so name the file.
  const screen = basename(program) === 'securechat.js' ? relative(process.cwd(), program) : 'securechat';
  const rows = [
    [screen.replace(/securechat(?=(?:\.js)?$)/, 'securechat-daemon'), 'start the server; it prints a join link'],
    [`${screen} 'JOIN-LINK'`, 'open the screen, on any machine; it asks for a name and creates the account'],
    [`${screen} --help`, 'list all commands'],
  ] as const;
  const wide = Math.max(...rows.map(([command]) => command.length));
  return rows.map(([command, what]) => `  ${command.padEnd(wide)}   ${what}`);
}

/** Starts a daemon in a temporary folder, runs `work`, and then stops and deletes everything. */
export async function withTemporaryServer(
  shell: Shell,
  work: (server: TemporaryServer) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'securechat-demo-'));
  const opened: Client[] = [];
  let daemon: DaemonProcess | null = null;
  // After a second signal or a crash there is no time for an orderly stop.
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
  const started = startDaemonProcess(join(dir, 'daemon')).then((process) => {
    daemon = process;
    return process;
  });
  try {
    const running = await step('starting the server (it generates its keys)', () => started);
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
    // Also stops a daemon that is still starting.
    await started.then(
      (process) => process.stop(),
      () => {},
    );
    await rm(dir, { recursive: true, force: true });
    process.off('exit', atOnce);
    shell.output.line('\nThe server has stopped and its folder is deleted.');
  }
}
