/** What devices of an account are called. */
import type { Device, NewDevice } from '../../client/types.ts';

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
