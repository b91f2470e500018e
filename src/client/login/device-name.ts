/** The name by which a person finds this device in their list of devices. */
import { MAX_DEVICE_NAME, printable } from '../../protocol/base/safe-text.ts';
import { ClientError } from '../errors.ts';

/**
 * Returns the name for the daemon: `given` by the person, or else `host`, the name of the machine, without what cannot be shown.
 * @throws ClientError 'usage' when `given` is too long, or has characters that cannot be shown
 */
export function deviceNameOf(given: string | undefined, host: string): string {
  if (given === undefined)
    return printable(host).replaceAll('\ufffd', '').trim().slice(0, MAX_DEVICE_NAME).toWellFormed();
  const name = given.normalize('NFC').trim();
  if (name.length > MAX_DEVICE_NAME)
    throw new ClientError(
      'usage',
      `the name of a device has at most ${MAX_DEVICE_NAME} characters; choose a shorter one`,
    );
  if (printable(name) !== name)
    throw new ClientError('usage', 'the name of the device has characters that cannot be shown; choose another');
  return name;
}
