/** What the parts of the chat share: who I am on which daemon, and the outside world. */

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
  /** The daemon's signing key, as the pinned fingerprint vouches for it. */
  daemonSignSpki: Uint8Array;
  /** Names this identity on this daemon in the profile's tables. */
  account: string;
};

export function accountKey(daemonId: Uint8Array, idFp: Uint8Array): string {
  return hex(daemonId) + hex(idFp);
}

export function isZero(bytes: Uint8Array): boolean {
  return compare(bytes, new Uint8Array(bytes.length)) === 0;
}
