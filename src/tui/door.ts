/** The real way to a server: the profile's memory of daemons, the network, and a daemon of one's own. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { equal, hex } from '../protocol/bytes.ts';
import { fingerprintWords } from '../protocol/daemon-identity.ts';
import { systemClock } from '../protocol/seams.ts';
import { AccountStore } from './client/account-store.ts';
import { connect } from './client/client.ts';
import { whereTo } from './client/connect.ts';
import { addressText, greet, keyChanged } from './client/dial.ts';
import { ClientError } from './client/errors.ts';
import type { Profile } from './client/profile.ts';
import { KnownDaemons } from './client/trust.ts';
import type { Door, StartedDaemon } from './login-desk.ts';

const TIMEOUT = 10_000;

/** `profile` stays open as long as the door is used. */
export function openDoor(profile: Profile): Door {
  const known = new KnownDaemons(profile.db, systemClock);
  const accounts = new AccountStore(profile, systemClock);
  return {
    connect,
    async startDaemon() {
      const started = await startDaemon(profile.dir);
      // It told its key itself: nobody has to compare it.
      const { address, fingerprint } = whereTo(started.join);
      if (fingerprint !== null) await known.remember(address, fingerprint);
      return started;
    },
    async greet(server) {
      const { address, fingerprint: linked } = whereTo(server);
      const shown = await greet({ address, timeoutMs: TIMEOUT, clock: systemClock });
      const expected = (await known.at(address))?.fingerprint ?? linked;
      if (expected !== null && !equal(expected, shown)) throw keyChanged(address, expected, shown);
      const names = await accounts.names(shown);
      if (expected !== null || (await known.byFingerprint(shown)) !== null) return { offered: null, names };
      const fingerprint = hex(shown);
      return { offered: { address: addressText(address), fingerprint, words: fingerprintWords(shown) }, names };
    },
  };
}

/** Starts a daemon that outlives the screen; its log goes beside the profile. Resolves once it serves. */
function startDaemon(dir: string): Promise<StartedDaemon> {
  const program = fileURLToPath(new URL('../../bin/securechat-daemon.js', import.meta.url));
  const log = join(dir, 'daemon.log');
  const child = spawn(process.execPath, [program, '--log-file', log], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return new Promise((done, fail) => {
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      const serving = servingIn(line);
      if (serving === null) return;
      child.unref();
      lines.close();
      child.stdout.destroy();
      done({ ...serving, log, pid: child.pid ?? 0 });
    });
    const failed = () => fail(new ClientError('refused', `the server did not start; the reason is in ${log}`));
    child.once('error', failed);
    child.once('exit', failed);
  });
}

function servingIn(line: string): { join: string; dir: string } | null {
  try {
    const { evt, join, dir } = JSON.parse(line) as { evt?: unknown; join?: unknown; dir?: unknown };
    return evt === 'listening' && typeof join === 'string' && typeof dir === 'string' ? { join, dir } : null;
  } catch {
    return null;
  }
}
