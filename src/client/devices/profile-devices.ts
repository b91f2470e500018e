/** Which devices of an account are this profile. */
import type { AccountStore } from '../keys/account-store.ts';
import type { Profile } from '../profile/profile.ts';

export type ProfileAccount = {
  profile: Profile;
  accounts: AccountStore;
  /** The device that this process logs in as. */
  device: number;
  daemon: Uint8Array;
  name: string;
};

/**
 * Returns whether this profile logs in as `device`: it has a ticket in the profile, or is held by another process of it, which may be
 * about to store its ticket.
 */
export async function isProfileDevice(device: number, own: ProfileAccount): Promise<boolean> {
  const { devices } = own.profile;
  if (device === own.device) return true;
  if ((await own.accounts.devicesWithTicket(own.daemon, own.name)).includes(device)) return true;
  return (await devices.all()).includes(device) && devices.isHeld(device);
}
