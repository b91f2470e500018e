import test from 'ava';
import { deviceEnd } from '../../../../src/daemon/requests/login/device-end.ts';
import { openTestDaemon } from '../../../helpers/daemon/daemon-people.ts';
import { bytes32 } from '../../../helpers/daemon/store.ts';

test('a device that is not connected is logged out and counted, too', async (t) => {
  const { context, store, login, alice } = await openTestDaemon(t, ['alice']);
  const { session } = login('alice');
  const { idFp } = alice.card;
  const about = { idFp, kind: 'device', name: '', address: '10.0.0.7', ticketHash: bytes32(2) } as const;
  for (const device of [session.device, 50, 51, 52]) await store.putDevice({ ...about, device });
  await store.putDevice({ ...about, device: 53, kind: 'export' });
  t.deepEqual(await deviceEnd(context, session, { device: 50 }), { ended: 1, exports: 0 });
  t.deepEqual(await deviceEnd(context, session, { device: 50 }), { ended: 0, exports: 0 });
  t.deepEqual(await deviceEnd(context, session, { device: null }), { ended: 3, exports: 1 });
  t.deepEqual(
    (await store.devices({ idFp })).map(({ device }) => device),
    [session.device],
  );
});
