import test, { type ExecutionContext } from 'ava';
import { addDevice } from '../../../src/daemon/login/add-device.ts';
import { H } from '../../../src/protocol/base/bytes.ts';
import { openTestDaemon } from '../../helpers/daemon/daemon-people.ts';

const laptop = { device: 5, kind: 'device', name: 'laptop' } as const;

async function open(t: ExecutionContext) {
  const daemon = await openTestDaemon(t, ['alice', 'bob']);
  const owner = { idFp: daemon.alice.card.idFp, name: 'alice' };
  const own = daemon.login('alice');
  const add = (made: Parameters<typeof addDevice>[3], shown: Uint8Array | null) =>
    addDevice(daemon.context, own.session, owner, made, shown);
  return { ...daemon, owner, own, add };
}

test("a new device is announced to the account's other sessions, and to nobody else", async (t) => {
  const { store, login, owner, own, add, time } = await open(t);
  const [other, bob] = [login('alice'), login('bob')];
  const { ticket, replaced } = await add(laptop, null);
  const stored = { idFp: owner.idFp, device: 5, ticketHash: H('ticket', ticket) };
  t.is(await store.checkTicket({ ...stored, loginFrom: null }), 'device');
  t.is(replaced, null);
  t.deepEqual(other.events, [{ method: 'device-added', params: { ...laptop, address: '192.0.2.1', at: time.now } }]);
  t.deepEqual([own.events, bob.events], [[], []]);
});

test('a device that shows its ticket keeps it, and is not announced; one that was ended is', async (t) => {
  const { store, login, owner, add } = await open(t);
  const { ticket } = await add(laptop, null);
  const [same, other] = [login('alice'), login('alice')];
  same.session.device = 5;
  t.deepEqual(await add(laptop, ticket), { ticket, replaced: null });
  t.deepEqual([same.session.ended, same.events, other.events], [false, [], []]);
  await store.dropDevices({ idFp: owner.idFp, device: 5, but: 0 });
  const again = await add(laptop, ticket);
  t.notDeepEqual(again.ticket, ticket);
  t.is(again.replaced, null);
  t.is(other.events.length, 1);
});

test('attack: a login with the number of a device, without its ticket, is announced also to that device, which ends', async (t) => {
  const { store, login, owner, own, add, time } = await open(t);
  const { ticket } = await add(laptop, null);
  const since = time.now;
  for (const shown of [null, ticket.map((byte) => byte ^ 1)]) {
    const [same, other, bob] = [login('alice'), login('alice'), login('bob')];
    same.session.device = 5;
    bob.session.device = 5;
    time.now += 1;
    const taken = await add({ ...laptop, name: 'thief' }, shown);
    if (shown === null) t.deepEqual(taken.replaced, { name: 'laptop', address: '192.0.2.1', since });
    const added = { device: 5, kind: 'device', name: 'thief', address: '192.0.2.1', at: time.now } as const;
    const message = "another login took this device's place; log in with the password";
    t.deepEqual(same.events, [
      { method: 'device-added', params: added },
      { method: 'closing', params: { reason: 'ended', message } },
    ]);
    t.deepEqual(other.events, [{ method: 'device-added', params: added }]);
    t.deepEqual(
      [same, other, bob, own].map(({ session }) => session.ended),
      [true, false, false, false],
    );
    const stored = { idFp: owner.idFp, device: 5, loginFrom: null };
    t.is(await store.checkTicket({ ...stored, ticketHash: H('ticket', ticket) }), null);
    t.is(await store.checkTicket({ ...stored, ticketHash: H('ticket', taken.ticket) }), 'device');
  }
});

test('attack: the ticket of an export proves no device', async (t) => {
  const { login, add } = await open(t);
  const { ticket } = await add({ device: 6, kind: 'export', name: 'export' }, null);
  const other = login('alice');
  const { replaced } = await add({ device: 6, kind: 'device', name: 'thief' }, ticket);
  t.like(replaced, { name: 'export' });
  t.like(other.events[0], { method: 'device-added', params: { device: 6, name: 'thief' } });
});
