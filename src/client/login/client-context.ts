/** What the parts of a client share: the account, its daemon and keys, the profile, and the clock. */
import type { Clock } from '../../platform/clock.ts';
import { compare, hex } from '../../protocol/base/bytes.ts';
import type { Rsa } from '../../protocol/crypto/rsa-pool.ts';
import type { Connection } from '../connection/connection.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Profile } from '../profile/profile.ts';

export type ClientContext = {
  connection: Pick<
    Connection,
    'link' | 'request' | 'onEvent' | 'onEarly' | 'onOnline' | 'onState' | 'state' | 'welcome' | 'clockSkew'
  >;
  profile: Profile;
  keyring: Keyring;
  rsa: Rsa;
  clock: Clock;
  daemonId: Uint8Array;
  /** The daemon's signing key (SPKI), which the pinned fingerprint covers. */
  daemonSignSpki: Uint8Array;
  /** The key of this account in the profile's tables: see accountKey. */
  account: string;
};

/** Returns the key of an identity on a daemon in the profile's tables: both in hex. */
export function accountKey(daemonId: Uint8Array, idFp: Uint8Array): string {
  return hex(daemonId) + hex(idFp);
}

export function isZero(bytes: Uint8Array): boolean {
  return compare(bytes, new Uint8Array(bytes.length)) === 0;
}
