/** A daemon of its own in a throw-away folder, for the demo. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ClientError } from '../../client/errors.ts';
import { daemonLauncher } from '../../tui/login/daemon-launcher.ts';

export type DaemonProcess = {
  /** The join link that it printed. */
  join: string;
  address: string;
  fingerprint: string;
  /** Asks it to end and waits for it. */
  stop(): Promise<void>;
  /** At once, when there is no time to wait. */
  kill(): void;
};

/** Starts `securechat-daemon` on a free port of this machine. @throws ClientError 'unreachable' when it does not come up */
export async function startDaemon(dataDir: string): Promise<DaemonProcess> {
  const child = spawn(process.execPath, [daemonLauncher(), 'start', '--data-dir', dataDir, '--port', '0'], {
    // The channel is never written to: when this program dies, however it dies, the launcher ends the daemon.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // Ctrl+C at the terminal is for the program, which then stops its daemon in order.
    detached: true,
  });
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const listening = await firstListening(child);
  if (listening === null) throw new ClientError('unreachable', 'the daemon of the demo did not start');
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
    // Whatever else it logs is not for this screen.
    child.stdout.resume();
    return entry;
  }
  return null;
}
