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
import type { Door } from './login-desk.ts';

const TIMEOUT = 10_000;

/** `profile` stays open as long as the door is used. */
export function openDoor(profile: Profile): Door {
  const known = new KnownDaemons(profile.db, systemClock);
  const accounts = new AccountStore(profile, systemClock);
  return {
    connect,
    startDaemon: () => startDaemon(profile.dir),
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

/** Starts a daemon that outlives the screen; its log goes beside the profile. Resolves with its join link once it serves. */
function startDaemon(dir: string): Promise<string> {
  const program = fileURLToPath(new URL('../../bin/securechat-daemon.js', import.meta.url));
  const log = join(dir, 'daemon.log');
  const child = spawn(process.execPath, [program, '--log-file', log], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return new Promise((done, fail) => {
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      const join = joinLinkIn(line);
      if (join === null) return;
      child.unref();
      lines.close();
      child.stdout.destroy();
      done(join);
    });
    const failed = () => fail(new ClientError('refused', `the server did not start; the reason is in ${log}`));
    child.once('error', failed);
    child.once('exit', failed);
  });
}

function joinLinkIn(line: string): string | null {
  try {
    const entry = JSON.parse(line) as { evt?: unknown; join?: unknown };
    return entry.evt === 'listening' && typeof entry.join === 'string' ? entry.join : null;
  } catch {
    return null;
  }
}
