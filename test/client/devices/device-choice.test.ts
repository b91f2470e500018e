import test from 'ava';
import { chooseDevice } from '../../../src/client/devices/device-choice.ts';
import { ClientError } from '../../../src/client/errors.ts';
import { ownDevice } from '../../helpers/screen/messages.ts';

const laptop = ownDevice({ device: 12, name: 'laptop' });
const other = ownDevice({ device: 34, name: 'laptop' });
const phone = ownDevice({ device: 56, name: 'Zoë’s phone' });
const nameless = ownDevice({ device: 78, name: '' });
const refused = { instanceOf: ClientError, code: 'refused' };

test('a device is chosen by its name or its number', (t) => {
  const list = [laptop, phone, nameless];
  t.is(chooseDevice(list, 'laptop'), laptop);
  t.is(chooseDevice(list, 'Zoe\u0308’s phone'), phone);
  t.is(chooseDevice(list, '78'), nameless);
  for (const word of ['lap', '', '0x38', '1'])
    t.throws(() => chooseDevice(list, word), { ...refused, message: /^you have no device/ });
});

test('a name of two devices is refused, with their numbers', (t) => {
  t.throws(() => chooseDevice([laptop, phone, other], 'laptop'), {
    ...refused,
    message: '2 devices are called laptop; give the number of one: 12, 34',
  });
});

test('attack: a device that is named like the number of another one is not chosen in its place', (t) => {
  const named = ownDevice({ device: 90, name: '12' });
  t.is(chooseDevice([named, laptop], '12'), laptop);
  t.is(chooseDevice([named], '12'), named);
});
