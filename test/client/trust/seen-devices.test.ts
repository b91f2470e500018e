import test from 'ava';
import { SealedRows } from '../../../src/client/profile/sealed-rows.ts';
import { SeenDevices } from '../../../src/client/trust/seen-devices.ts';
import { openProfile } from '../../helpers/client/profile.ts';

const daemon = new Uint8Array(32).fill(0xda);

test('what was looked at is known to the next program of the profile, for this account only', async (t) => {
  const profile = await openProfile(t);
  const first = new SeenDevices(new SealedRows(profile), daemon, 'alice');
  await first.refresh();
  t.false(first.isBegun);
  await first.add([{ device: 1, since: 10 }]);
  await first.add([
    { device: 2, since: 20 },
    { device: 1, since: 11 },
  ]);
  const next = new SeenDevices(new SealedRows(profile), daemon, 'alice');
  const other = new SeenDevices(new SealedRows(profile), daemon, 'bob');
  for (const one of [next, other]) await one.refresh();
  t.deepEqual([next.isBegun, other.isBegun], [true, false]);
  t.true(next.has({ device: 1, since: 11 }) && next.has({ device: 2, since: 20 }));
  t.false(next.has({ device: 1, since: 10 }), 'it was logged out and came back');
  t.false(other.has({ device: 2, since: 20 }));
});

test('an empty list is a first list, and of too many devices the last ones are kept', async (t) => {
  const seen = new SeenDevices(new SealedRows(await openProfile(t)), daemon, 'alice');
  await seen.add([]);
  t.true(seen.isBegun);
  await seen.add(Array.from({ length: 300 }, (_, device) => ({ device, since: 1 })));
  t.deepEqual([seen.has({ device: 43, since: 1 }), seen.has({ device: 44, since: 1 })], [false, true]);
});

test('a device that this profile adds itself is seen whenever it came, until its time is pinned, and is no first list', async (t) => {
  const profile = await openProfile(t);
  await new SeenDevices(new SealedRows(profile), daemon, 'alice').addOwn(5);
  const seen = new SeenDevices(new SealedRows(profile), daemon, 'alice');
  await seen.refresh();
  t.true(seen.has({ device: 5, since: 1 }) && seen.has({ device: 5, since: 2 }));
  t.false(seen.isBegun);
  t.is(await seen.addOwn(5), null);
  await seen.pinOwn({ device: 5, since: 1 });
  t.deepEqual(
    [seen.has({ device: 5, since: 1 }), seen.has({ device: 5, since: 2 }), seen.isBegun],
    [true, false, false],
  );
  t.is(await seen.addOwn(5), 1);
  await seen.add([{ device: 5, since: 2 }]);
  t.deepEqual(
    [seen.has({ device: 5, since: 1 }), seen.has({ device: 5, since: 2 }), seen.isBegun],
    [false, true, true],
  );
});

test("a login that took a device's place is known until the person looks at the list", async (t) => {
  const seen = new SeenDevices(new SealedRows(await openProfile(t)), daemon, 'alice');
  const replaced = { name: 'thief', since: 5, address: '10.9.9.9' };
  await seen.addReplaced(replaced);
  await seen.addOwn(7);
  t.deepEqual(seen.replaced, replaced);
  await seen.add([]);
  t.is(seen.replaced, null);
});
