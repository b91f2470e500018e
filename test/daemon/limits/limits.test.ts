import test from 'ava';
import fc from 'fast-check';
import { addressKey } from '../../../src/daemon/limits/limits.ts';

const same = test.macro((t, a: string, b: string) => {
  t.is(addressKey(a), addressKey(b));
});

test('an IPv4 address and its mapped IPv6 form share a key', same, '192.0.2.1', '::ffff:192.0.2.1');
test('two addresses of one /64 share a key', same, '2001:db8:1:2::1', '2001:db8:1:2:aaaa:bbbb:cccc:dddd');
test(
  'zeros written out and left out give the same key',
  same,
  '2001:db8::1',
  '2001:0db8:0000:0000:0000:0000:0000:0001',
);
test('a zone does not change the key', same, 'fe80::1%eth0', 'fe80::2');

test('other networks have other keys', (t) => {
  const keys = ['192.0.2.1', '192.0.2.2', '2001:db8:1:2::1', '2001:db8:1:3::1', '::1'].map(addressKey);
  t.is(new Set(keys).size, keys.length);
});

test('any IPv6 address counts by its first four groups', (t) => {
  const group = fc.integer({ min: 0, max: 0xffff });
  fc.assert(
    fc.property(
      fc.array(group, { minLength: 8, maxLength: 8 }),
      fc.array(group, { minLength: 4, maxLength: 4 }),
      (a, end) => {
        const text = (groups: number[]) => groups.map((value) => value.toString(16)).join(':');
        return addressKey(text(a)) === addressKey(text([...a.slice(0, 4), ...end]));
      },
    ),
  );
  t.pass();
});
