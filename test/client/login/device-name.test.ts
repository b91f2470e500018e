import test from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import { deviceNameOf } from '../../../src/client/login/device-name.ts';

const usage = { instanceOf: ClientError, code: 'usage' };

test('a device is named after its machine, without what cannot be shown and not too long', (t) => {
  t.is(deviceNameOf(undefined, 'laptop'), 'laptop');
  t.is(deviceNameOf(undefined, ' Anna’s\u202e lap\u001btop\n'), 'Anna’s laptop');
  t.is(deviceNameOf(undefined, ''), '');
  t.is(deviceNameOf(undefined, 'x'.repeat(200)).length, 64);
  t.true(deviceNameOf(undefined, `${'x'.repeat(63)}🙂`).isWellFormed());
});

test('a name that the person gives is taken as it is, or refused', (t) => {
  t.is(deviceNameOf(' phone of Zoe\u0308 ', 'laptop'), 'phone of Zoë');
  t.is(deviceNameOf('', 'laptop'), '');
  t.is(deviceNameOf('x'.repeat(64), 'laptop').length, 64);
  t.throws(() => deviceNameOf('x'.repeat(65), 'laptop'), { ...usage, message: /at most 64 characters/ });
  for (const name of ['a\u001b[31m', 'a\nb', 'a\u202eb', 'a\ud800'])
    t.throws(() => deviceNameOf(name, 'laptop'), { ...usage, message: /cannot be shown/ });
});
