import test from 'ava';
import { bytes32, temporaryStore } from '../../helpers/daemon/store.ts';

const idFp = bytes32(1);
const ticketHash = bytes32(2);
const laptop = { kind: 'device', name: 'laptop', address: '10.0.0.7' } as const;

test('a ticket is valid for its device and its account only', async (t) => {
  const { store } = await temporaryStore(t);
  await store.putDevice({ idFp, device: 7, ticketHash, ...laptop });
  t.is(await store.checkTicket({ idFp, device: 7, ticketHash, loginFrom: null }), 'device');
  t.is(await store.checkTicket({ idFp, device: 8, ticketHash, loginFrom: null }), null);
  t.is(await store.checkTicket({ idFp: bytes32(3), device: 7, ticketHash, loginFrom: null }), null);
  t.is(await store.checkTicket({ idFp, device: 7, ticketHash: bytes32(4), loginFrom: null }), null);
});

test('a device is new unless its ticket is shown, and again after it was dropped', async (t) => {
  const { store, time } = await temporaryStore(t);
  const since = time.now;
  const device = { idFp, device: 7, ticketHash, ...laptop };
  t.deepEqual(await store.putDevice(device), { isNew: true, since, replaced: null });
  time.now += 5;
  const shown = { ...device, ticketHash: bytes32(5), shownHash: ticketHash };
  t.deepEqual(await store.putDevice(shown), { isNew: false, since, replaced: null });
  const other = { ...shown, idFp: bytes32(3) };
  t.deepEqual(await store.putDevice(other), { isNew: true, since: time.now, replaced: null });
  await store.dropDevices({ idFp, device: 7, but: 0 });
  t.deepEqual(await store.putDevice(shown), { isNew: true, since: time.now, replaced: null });
});

test('attack: without its ticket, or with that of an export, a device is new and replaces the one before', async (t) => {
  const { store, time } = await temporaryStore(t);
  const since = time.now;
  const device = { idFp, device: 7, ticketHash, ...laptop };
  const replaced = { name: 'laptop', address: '10.0.0.7', since };
  await store.putDevice(device);
  time.now += 5;
  t.deepEqual(await store.putDevice(device), { isNew: true, since: time.now, replaced });
  const wrong = { ...device, shownHash: bytes32(6) };
  t.deepEqual(await store.putDevice(wrong), {
    isNew: true,
    since: time.now,
    replaced: { ...replaced, since: time.now },
  });
  await store.putDevice({ ...device, device: 8, kind: 'export' });
  t.like(await store.putDevice({ ...device, device: 8, shownHash: ticketHash }), { isNew: true });
});

test('the list has the name, the time of the first ticket, and time and address of the last login', async (t) => {
  const { store, time } = await temporaryStore(t);
  const since = time.now;
  await store.putDevice({ idFp, device: 7, ticketHash, ...laptop });
  const shown = { device: 7, ...laptop, since };
  t.deepEqual(await store.devices({ idFp }), [{ ...shown, lastSeen: since }]);
  time.now += 5;
  await store.checkTicket({ idFp, device: 7, ticketHash, loginFrom: null });
  t.deepEqual(await store.devices({ idFp }), [{ ...shown, lastSeen: since }]);
  await store.checkTicket({ idFp, device: 7, ticketHash, loginFrom: '10.0.0.8' });
  t.deepEqual(await store.devices({ idFp }), [{ ...shown, lastSeen: time.now, address: '10.0.0.8' }]);
  time.now += 5;
  const again = { name: 'work laptop', address: '10.0.0.9' };
  await store.putDevice({ idFp, device: 7, ticketHash, shownHash: ticketHash, ...laptop, ...again });
  t.deepEqual(await store.devices({ idFp }), [{ ...shown, ...again, lastSeen: time.now }]);
});

test('a new ticket replaces the old one, and a ticket that is shown stays', async (t) => {
  const { store } = await temporaryStore(t);
  await store.putDevice({ idFp, device: 7, ticketHash, ...laptop });
  await store.putDevice({ idFp, device: 7, ticketHash: bytes32(5), shownHash: ticketHash, ...laptop });
  t.is(await store.checkTicket({ idFp, device: 7, ticketHash, loginFrom: null }), 'device');
  await store.putDevice({ idFp, device: 7, ticketHash: bytes32(5), ...laptop });
  t.is(await store.checkTicket({ idFp, device: 7, ticketHash, loginFrom: null }), null);
  t.is(await store.checkTicket({ idFp, device: 7, ticketHash: bytes32(5), loginFrom: null }), 'device');
});

test('one device is dropped, or all others of an account; other accounts keep theirs', async (t) => {
  const { store } = await temporaryStore(t);
  const other = bytes32(9);
  await store.putDevice({ idFp: other, device: 1, ticketHash, ...laptop });
  for (const device of [1, 2, 3, 4]) await store.putDevice({ idFp, device, ticketHash, ...laptop });
  await store.putDevice({ idFp, device: 5, ticketHash, ...laptop, kind: 'export' });
  t.deepEqual(await store.dropDevices({ idFp, device: 2, but: 1 }), { ended: 1, exports: 0 });
  t.deepEqual(await store.dropDevices({ idFp, device: null, but: 1 }), { ended: 3, exports: 1 });
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
    await store.putDevice({ idFp, device, ticketHash, ...laptop });
  }
  const devices = (await store.devices({ idFp })).map(({ device }) => device);
  t.is(devices.length, 64);
  t.deepEqual([devices[0], devices.includes(1), devices.includes(2)], [65, false, true]);
});

test('an export makes room for no device, and of exports there are 16', async (t) => {
  const { store, time } = await temporaryStore(t);
  const file = { kind: 'export', name: 'export of 2026-12-01 on laptop', address: '10.0.0.7' } as const;
  for (let device = 1; device <= 16; device += 1) await store.putDevice({ idFp, device, ticketHash, ...file });
  time.now += 1;
  for (let device = 101; device <= 165; device += 1) await store.putDevice({ idFp, device, ticketHash, ...laptop });
  const kinds = (await store.devices({ idFp })).map(({ kind }) => kind);
  t.deepEqual([kinds.length, kinds.filter((kind) => kind === 'export').length], [80, 16]);
  t.is(await store.checkTicket({ idFp, device: 1, ticketHash, loginFrom: null }), 'export');
  await t.throwsAsync(store.putDevice({ idFp, device: 17, ticketHash, ...file }), { code: 'quota' });
  await store.putDevice({ idFp, device: 16, ticketHash: bytes32(5), ...file });
  await store.dropDevices({ idFp, device: 3, but: 0 });
  await store.putDevice({ idFp, device: 17, ticketHash, ...file });
  t.is(await store.checkTicket({ idFp, device: 17, ticketHash, loginFrom: null }), 'export');
});
