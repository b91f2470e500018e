/** Which device a person means. */
import { ClientError } from '../errors.ts';
import type { Device } from '../types.ts';

type Named = Pick<Device, 'device' | 'name'>;

/**
 * Returns the device with this number or name. A number wins, so that no device can hide behind a name.
 * @throws ClientError 'refused' when there is none, or when several have the name
 */
export function chooseDevice<D extends Named>(devices: readonly D[], word: string): D {
  const wanted = word.normalize('NFC');
  const numbered = devices.find(({ device }) => String(device) === wanted);
  if (numbered !== undefined) return numbered;
  const [first, ...more] = devices.filter(({ name }) => name !== '' && name === wanted);
  if (first === undefined)
    throw new ClientError('refused', `you have no device ${wanted}; the list shows their names and numbers`);
  if (more.length === 0) return first;
  const numbers = [first, ...more].map(({ device }) => device);
  throw new ClientError(
    'refused',
    `${numbers.length} devices are called ${wanted}; give the number of one: ${numbers.join(', ')}`,
  );
}
