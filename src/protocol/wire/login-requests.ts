/** The requests before login: registration, and login by password or by the key of a device. */
import * as v from 'valibot';
import { MAX_INVITE } from '../base/safe-text.ts';
import {
  card,
  exactBytes,
  hash,
  knownName,
  name,
  newDeviceName,
  none,
  opaque,
  text,
  time,
  u32,
  u53,
} from './fields.ts';

/** The answer to a login. */
export const welcome = v.strictObject({
  /** The number of this session, in the list of `sessions`. */
  session: u32,
  /** The account, as the daemon writes its name. */
  name: knownName,
  /** null until a legacy account has made its keys (`mustRenew`). */
  idFp: v.nullable(hash),
  /** The account has no keys yet: this session may only renew it. */
  mustRenew: v.boolean(),
  /** H(record, OPAQUE record), which names the vault of this password. null after a login by key. */
  recordHash: v.nullable(hash),
  /** The newest vault for this password, or null. */
  vault: v.nullable(v.strictObject({ version: u32, at: time })),
  /** The person's keys are only on their own machine; there is no vault. */
  localKeys: v.boolean(),
  /** The version of what this account's devices share; 0 for none. */
  shared: u32,
  /** For later logins by key from this device. Only after a login by password. */
  ticket: v.nullable(exactBytes(32)),
  /** The device that had this number until now, if this login by password did not show its ticket. */
  replaced: v.nullable(v.strictObject({ name: text(64), since: time, address: text(64) })),
  /** The id of the lobby. */
  lobby: hash,
  /** The daemon's time. */
  at: time,
  /** The largest plain file that may be uploaded. */
  maxFileSize: u53,
});
export type Welcome = v.InferOutput<typeof welcome>;

export const loginRequests = {
  /** Begins a registration. `invite` is the code where registration is by invitation, else null. */
  'register-start': {
    params: v.strictObject({ name, message: opaque, invite: v.nullable(text(MAX_INVITE)) }),
    result: v.strictObject({ message: opaque }),
  },
  /**
   * Makes the account. Then log in on the same link; the first request after that stores the vault, unless `localKeys`.
   */
  'register-finish': { params: v.strictObject({ record: opaque, card, localKeys: v.boolean() }), result: none },
  /** Begins a login by password. */
  'login-start': {
    params: v.strictObject({ method: v.literal('opaque1'), name, message: opaque }),
    result: v.strictObject({ message: opaque }),
  },
  /** The client's last message of OPAQUE. The answer proves that the daemon has the same session key, on this link. */
  'login-finish': { params: v.strictObject({ message: opaque }), result: v.strictObject({ proof: exactBytes(32) }) },
  /**
   * The client's proof, which ends a login by password. `device` is the number of the profile that logs in, not 0; its
   * ticket is bound to it. `ticket`: the one that the profile has for it, or null. `deviceName` is for the person's list.
   */
  'login-prove': {
    params: v.strictObject({
      proof: exactBytes(32),
      device: u32,
      deviceName: newDeviceName,
      ticket: v.nullable(exactBytes(32)),
    }),
    result: welcome,
  },
  /** Logs in with the ticket of a device, and a signature by the identity key. */
  'login-key': {
    params: v.strictObject({ name, device: u32, ticket: exactBytes(32), signature: exactBytes(384) }),
    result: welcome,
  },
};
