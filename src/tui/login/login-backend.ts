/** The real LoginBackend: the profile's known servers, the network, and a server of one's own. */

import { connectWith } from '../../client/connect.ts';
import { addressText, keyChangedError, readFingerprint, wrongJoinLinkError } from '../../client/connection/dial.ts';
import { parseServer } from '../../client/connection/server-address.ts';
import { AccountStore } from '../../client/keys/account-store.ts';
import type { Profile } from '../../client/profile/profile.ts';
import { KnownDaemons } from '../../client/trust/known-daemons.ts';
import { systemClock } from '../../platform/clock.ts';
import { equal, hex } from '../../protocol/base/bytes.ts';
import { fingerprintWords } from '../../protocol/link/daemon-identity.ts';
import type { LoginBackend } from './login-controller.ts';
import { startOwnServer } from './own-server.ts';

const TIMEOUT = 10_000;

/** `profile` must stay open while the backend is used. `deviceName`: undefined for the name of this machine. */
export function openLoginBackend(profile: Profile, deviceName?: string): LoginBackend {
  const known = new KnownDaemons(profile.db, systemClock);
  const accounts = new AccountStore(profile, systemClock);
  return {
    connect: (options) => connectWith(profile, { ...options, ...(deviceName !== undefined && { deviceName }) }),
    async startServer() {
      const server = await startOwnServer(profile.dir);
      // The server gave its key to this program directly: nobody has to compare it, now or later.
      const { address, fingerprint } = parseServer(server.link);
      if (fingerprint !== null) {
        await known.forget(address);
        await known.remember(address, fingerprint);
      }
      return server;
    },
    async greet(server) {
      const { address, fingerprint: linked } = parseServer(server);
      const shown = await readFingerprint({ address, timeoutMs: TIMEOUT, clock: systemClock });
      const trusted = (await known.at(address))?.fingerprint ?? null;
      if (trusted !== null && !equal(trusted, shown)) throw keyChangedError(address, trusted, shown);
      if (trusted === null && linked !== null && !equal(linked, shown))
        throw wrongJoinLinkError(address, linked, shown);
      const names = await accounts.names(shown);
      if (trusted !== null || linked !== null || (await known.byFingerprint(shown)) !== null)
        return { offered: null, names };
      const fingerprint = hex(shown);
      return { offered: { address: addressText(address), fingerprint, words: fingerprintWords(shown) }, names };
    },
  };
}
