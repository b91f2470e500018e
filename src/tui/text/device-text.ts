/** What devices of an account are called. */
import type { Device, EndedDevices, NewDevice } from '../../client/types.ts';

/** Returns its name, or its number if it has no name. */
export function deviceLabel({ device, name }: Pick<Device, 'device' | 'name'>): string {
  return name.trim() === '' ? String(device) : name;
}

export function kindOfDevice({ kind }: Pick<Device, 'kind'>): string {
  return kind === 'export' ? 'export of your keys' : 'device';
}

/** Returns `new device: laptop, 10.0.0.7`. */
export function newDeviceText(one: NewDevice): string {
  return `new ${kindOfDevice(one)}: ${deviceLabel(one)}, ${one.address}`;
}

/**
 * Returns the answer to the end of all other devices.
 * @param exporting the command that makes a new export
 */
export function endedOthersText({ ended, exports }: EndedDevices, exporting: string): string {
  if (ended === 0) return 'no other device was logged in';
  const devices = counted(ended - exports, 'other device');
  const files = counted(exports, 'export of your keys', 'exports of your keys');
  const both = [devices, files].filter((part) => part !== null).join(' and ');
  const said = `${both} ${ended === 1 ? 'was' : 'were'} logged out`;
  return exports === 0 ? said : `${said}: ${exporting} makes a new export`;
}

function counted(count: number, one: string, more = `${one}s`): string | null {
  return count === 0 ? null : `${count} ${count === 1 ? one : more}`;
}
