/** The time of a device that this profile has added, from the daemon's list. */
import type { Calls } from '../connection/calls.ts';
import type { SeenDevices } from '../trust/seen-devices.ts';

/** Pins the time at which `device` was added. Call it after SeenDevices.addOwn and the login or request that added it. */
export async function pinDevice(calls: Calls, seen: SeenDevices, device: number): Promise<void> {
  const { devices } = await calls.request('sessions', {});
  const added = devices.find((one) => one.device === device);
  if (added !== undefined) await seen.pinOwn(added);
}
