/** Starts a daemon as a child process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ClientError } from '../../client/errors.ts';
import { daemonLauncher } from '../../tui/login/daemon-launcher.ts';

export type DaemonProcess = {
  /** The join link from its log. */
  join: string;
  address: string;
  fingerprint: string;
  /** Stops it in order (SIGTERM) and waits until it has exited. */
  stop(): Promise<void>;
  /** Kills it (SIGKILL) without waiting. */
  kill(): void;
};

/** Starts `securechat-daemon` on a free port of this machine. @throws ClientError 'unreachable' when it does not come up */
export async function startDaemonProcess(dataDir: string): Promise<DaemonProcess> {
  const child = spawn(process.execPath, [daemonLauncher(), 'start', '--data-dir', dataDir, '--port', '0'], {
    // The IPC channel carries no messages. It closes when this program dies, and the launcher then stops the daemon.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // Keep the terminal's Ctrl+C from the daemon: this program stops it in order.
    detached: true,
  });
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const listening = await firstListening(child);
  if (listening === null) throw new ClientError('unreachable', 'the server of the demo did not start');
  return {
    join: listening.join,
    address: `${listening.host}:${listening.port}`,
    fingerprint: listening.fingerprint,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

type Listening = { host: string; port: number; fingerprint: string; join: string };

async function firstListening(child: ChildProcess): Promise<Listening | null> {
  if (child.stdout === null) return null;
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as { evt?: string } & Listening;
    if (entry.evt !== 'listening') continue;
    // Discard the rest of the log.
    child.stdout.resume();
    return entry;
  }
  return null;
}
