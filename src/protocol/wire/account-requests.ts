/** The requests about one's own account: password, vault, shared state, key card and devices. */
import * as v from 'valibot';
import { MAX_SHARED_BYTES } from '../account/shared-state.ts';
import {
  address,
  bytes,
  card,
  deviceKind,
  deviceName,
  exactBytes,
  hash,
  newDeviceName,
  none,
  opaque,
  time,
  u32,
} from './fields.ts';

export const accountRequests = {
  /** Begins a change of the password. */
  'record-start': { params: v.strictObject({ message: opaque }), result: v.strictObject({ message: opaque }) },
  /** Stores a new password. `card` is null, except for an account that must renew: its first card ends that. */
  'record-finish': { params: v.strictObject({ record: opaque, card: v.nullable(card) }), result: none },
  /**
   * Stores the vault for the OPAQUE record with this hash: the current one, or the next one, before `record-finish`.
   * `version` is higher than that of the stored vault of this record.
   */
  'vault-put': {
    params: v.strictObject({ recordHash: hash, version: u32, vault: bytes(196_608) }),
    result: v.strictObject({ at: time }),
  },
  /** The vault of the current password. */
  'vault-get': { params: none, result: v.strictObject({ version: u32, vault: bytes(196_608), at: time }) },
  /**
   * Stores what this account's devices share, if the stored version is `after` (0 for none).
   * `version` is higher than `after`. Answered when it is on stable storage.
   */
  'shared-put': {
    params: v.strictObject({ after: u32, version: u32, shared: bytes(MAX_SHARED_BYTES) }),
    result: v.strictObject({ at: time }),
  },
  /** Version 0 and null when there is none. */
  'shared-get': {
    params: none,
    result: v.strictObject({ version: u32, shared: v.nullable(bytes(MAX_SHARED_BYTES)) }),
  },
  /** Closes my account, for good. The session ends after the answer. */
  'account-close': { params: none, result: none },
  /** Stores my next card. */
  'card-put': { params: v.strictObject({ card }), result: none },
  /**
   * My sessions that are connected, and my devices that have a ticket, the one seen last first. `since` of a device: when
   * it was new; `lastSeen` and `address`: of its last login. `current`: the one that asks.
   */
  sessions: {
    params: none,
    result: v.strictObject({
      sessions: v.array(v.strictObject({ session: u32, device: u32, since: time, address, current: v.boolean() })),
      devices: v.array(
        v.strictObject({
          device: u32,
          name: deviceName,
          kind: deviceKind,
          since: time,
          lastSeen: time,
          address,
          current: v.boolean(),
        }),
      ),
    }),
  },
  /**
   * Ends a device's sessions and drops its ticket, so that it needs the password again. null means every other device.
   * `ended`: how many devices had a ticket; `exports`: how many of them are exports of the keys.
   */
  'device-end': {
    params: v.strictObject({ device: v.nullable(u32) }),
    result: v.strictObject({ ended: u32, exports: u32 }),
  },
  /**
   * Makes another device of the account, and its ticket. A device of kind `export`, for a file with the keys, needs a
   * session by password; one of kind `device` needs a session of an export. `name` is shown in the list of devices.
   */
  ticket: {
    params: v.strictObject({ device: u32, name: newDeviceName, kind: deviceKind }),
    result: v.strictObject({ ticket: exactBytes(32) }),
  },
  /** The daemon's time. */
  ping: { params: none, result: v.strictObject({ at: time }) },
};
