/** The warning about devices of this account that the person has not looked at. */
import type { Chat } from '../state/state.ts';
import { newDeviceText } from '../text/device-text.ts';
import { strings } from '../text/strings.ts';

/** Returns the warning, and a shorter one for a narrow screen; null when there is nothing to warn about. */
export function newDeviceWarning({ newDevices }: Chat): { text: string; short: string } | null {
  const [first, ...more] = newDevices;
  if (first === undefined) return null;
  const short = strings.status.newDevices(newDevices.length);
  return { text: more.length > 0 ? short : strings.status.newDevice(newDeviceText(first)), short };
}
