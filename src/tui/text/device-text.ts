/** What devices of an account are called. */
import type { Device, EndedDevices, NewDevice } from '../../client/types.ts';
import { age, counted } from './format.ts';
import { strings } from './strings.ts';

/** Returns its name, or its number if it has no name. */
export function deviceLabel({ device, name }: Pick<Device, 'device' | 'name'>): string {
  return name.trim() === '' ? String(device) : name;
}

export function kindOfDevice({ kind }: Pick<Device, 'kind'>): string {
  return kind === 'export' ? 'export of your keys' : 'device';
}

/** Returns `this one`, `online`, or how long ago it logged in last. @param now ms since 1970 UTC */
export function seenText({ current, online, lastSeen }: Device, now: number): string {
  if (current) return strings.pages.thisDevice;
  return online ? strings.header.online : age(lastSeen, now);
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
  const parts = [
    ...(ended > exports ? [counted(ended - exports, 'other device')] : []),
    ...(exports > 0 ? [counted(exports, 'export of your keys', 'exports of your keys')] : []),
  ];
  const said = `${parts.join(' and ')} ${ended === 1 ? 'was' : 'were'} logged out`;
  return exports === 0 ? said : `${said}: ${exporting} makes a new export`;
}
