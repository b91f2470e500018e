import test from 'ava';
import { deviceLabel, newDeviceText } from '../../../src/tui/text/device-text.ts';
import { noon } from '../../helpers/screen/messages.ts';

test('a device without a visible name is called by its number', (t) => {
  t.is(deviceLabel({ device: 12, name: 'laptop' }), 'laptop');
  for (const name of ['', '   ']) t.is(deviceLabel({ device: 12, name }), '12');
});

test('a new device is told with its kind and address', (t) => {
  const laptop = { device: 12, name: 'laptop', kind: 'device', address: '10.0.0.7', at: noon } as const;
  t.is(newDeviceText(laptop), 'new device: laptop, 10.0.0.7');
  t.is(newDeviceText({ ...laptop, name: '', kind: 'export' }), 'new export of your keys: 12, 10.0.0.7');
});
