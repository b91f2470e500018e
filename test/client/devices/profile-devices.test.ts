import test from 'ava';
import { isProfileDevice } from '../../../src/client/devices/profile-devices.ts';
import { AccountStore } from '../../../src/client/keys/account-store.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { openProfile } from '../../helpers/client/profile.ts';

test('a profile logs in as the devices that have its tickets or belong to its running programs, and as no other', async (t) => {
  const profile = await openProfile(t);
  const accounts = new AccountStore(profile, systemClock);
  const daemon = new Uint8Array(32);
  const { devices } = profile;
  const [here, running, ended] = [await devices.lease(), await devices.lease(), await devices.lease()];
  t.teardown(() => {
    for (const lease of [here, running]) lease.release();
  });
  ended.release();
  await accounts.saveTicket(daemon, 'alice', 77, { secret: new Uint8Array(32), deviceName: 'desk' });
  const own = { profile, accounts, device: here.device, daemon, name: 'alice' };
  t.true(await isProfileDevice(here.device, own));
  t.true(await isProfileDevice(77, own));
  t.true(await isProfileDevice(running.device, own), 'its ticket may be on its way');
  t.false(await isProfileDevice(ended.device, own));
  t.false(await isProfileDevice(78, own));
  t.false(await isProfileDevice(77, { ...own, name: 'bob' }));
});
