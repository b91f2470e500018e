import test from 'ava';
import { addDevice } from '../../../src/daemon/login/add-device.ts';
import { H } from '../../../src/protocol/base/bytes.ts';
import { openTestDaemon } from '../../helpers/daemon/daemon-people.ts';

test("a new device is announced to the account's other sessions, and to nobody else", async (t) => {
  const { context, store, login, alice, time } = await openTestDaemon(t, ['alice', 'bob']);
  const [own, other, bob] = [login('alice'), login('alice'), login('bob')];
  const owner = { idFp: alice.card.idFp, name: 'alice' };
  const laptop = { device: 5, kind: 'device', name: 'laptop' } as const;
  const ticket = await addDevice(context, own.session, owner, laptop);
  const stored = { idFp: owner.idFp, device: 5, ticketHash: H('ticket', ticket) };
  t.is(await store.checkTicket({ ...stored, loginFrom: null }), 'device');
  t.deepEqual(other.events, [{ method: 'device-added', params: { ...laptop, address: '192.0.2.1', at: time.now } }]);
  t.deepEqual([own.events, bob.events], [[], []]);
});

test('a device that gets another ticket is not announced; one that was ended before is', async (t) => {
  const { context, store, login, alice } = await openTestDaemon(t, ['alice']);
  const [own, other] = [login('alice'), login('alice')];
  const owner = { idFp: alice.card.idFp, name: 'alice' };
  const laptop = { device: 5, kind: 'device', name: 'laptop' } as const;
  const first = await addDevice(context, own.session, owner, laptop);
  const second = await addDevice(context, own.session, owner, laptop);
  t.notDeepEqual(first, second);
  t.is(other.events.length, 1);
  await store.dropDevices({ idFp: owner.idFp, device: 5, but: 0 });
  await addDevice(context, own.session, owner, laptop);
  t.is(other.events.length, 2);
});
