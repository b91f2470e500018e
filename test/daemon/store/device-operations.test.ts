import test from 'ava';
import { bytes32, temporaryStore } from '../../helpers/daemon/store.ts';

const idFp = bytes32(1);
const ticketHash = bytes32(2);

test('a ticket is valid for its device and its account only', async (t) => {
  const { store, time } = await temporaryStore(t);
  await store.putDevice({ idFp, device: 7, ticketHash });
  time.now += 5;
  t.true(await store.checkTicket({ idFp, device: 7, ticketHash, seen: true }));
  t.false(await store.checkTicket({ idFp, device: 8, ticketHash, seen: true }));
  t.false(await store.checkTicket({ idFp: bytes32(3), device: 7, ticketHash, seen: true }));
  t.false(await store.checkTicket({ idFp, device: 7, ticketHash: bytes32(4), seen: true }));
  t.deepEqual(await store.devices({ idFp }), [{ device: 7, lastSeen: time.now }]);
});

test('a new ticket replaces the old one', async (t) => {
  const { store } = await temporaryStore(t);
  await store.putDevice({ idFp, device: 7, ticketHash });
  await store.putDevice({ idFp, device: 7, ticketHash: bytes32(5) });
  t.false(await store.checkTicket({ idFp, device: 7, ticketHash, seen: true }));
  t.true(await store.checkTicket({ idFp, device: 7, ticketHash: bytes32(5), seen: true }));
});

test('one device is dropped, or all others of an account; other accounts keep theirs', async (t) => {
  const { store } = await temporaryStore(t);
  const other = bytes32(9);
  await store.putDevice({ idFp: other, device: 1, ticketHash });
  for (const device of [1, 2, 3, 4]) await store.putDevice({ idFp, device, ticketHash });
  t.is(await store.dropDevices({ idFp, device: 2, but: 1 }), 1);
  t.is(await store.dropDevices({ idFp, device: null, but: 1 }), 2);
  t.deepEqual(
    (await store.devices({ idFp })).map(({ device }) => device),
    [1],
  );
  t.is((await store.devices({ idFp: other })).length, 1);
});

test('with too many devices the one seen longest ago is dropped', async (t) => {
  const { store, time } = await temporaryStore(t);
  for (let device = 1; device <= 65; device += 1) {
    time.now += 1;
    await store.putDevice({ idFp, device, ticketHash });
  }
  const devices = (await store.devices({ idFp })).map(({ device }) => device);
  t.is(devices.length, 64);
  t.deepEqual([devices[0], devices.includes(1), devices.includes(2)], [65, false, true]);
});
