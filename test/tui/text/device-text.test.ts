import test from 'ava';
import { deviceLabel, endedOthersText, newDeviceText } from '../../../src/tui/text/device-text.ts';
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

test('the answer to the end of all others says that exports were among them', (t) => {
  const said = (ended: number, exports: number) => endedOthersText({ ended, exports }, '.keys export');
  t.is(said(0, 0), 'no other device was logged in');
  t.is(said(1, 0), '1 other device was logged out');
  t.is(said(3, 1), '2 other devices and 1 export of your keys were logged out: .keys export makes a new export');
  t.is(said(1, 1), '1 export of your keys was logged out: .keys export makes a new export');
  t.is(said(2, 2), '2 exports of your keys were logged out: .keys export makes a new export');
});
