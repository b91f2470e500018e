import test from 'ava';
import type { Context } from '../../../../src/daemon/context.ts';
import { recordHash } from '../../../../src/daemon/login/login-attempt.ts';
import { logIn } from '../../../../src/daemon/login/session-login.ts';
import { deviceEnd } from '../../../../src/daemon/requests/login/device-end.ts';
import { H } from '../../../../src/protocol/base/bytes.ts';
import { openTestDaemon } from '../../../helpers/daemon/daemon-people.ts';

test('a device that is ended while it logs in by key has no session afterwards', async (t) => {
  const { context, store, login, alice } = await openTestDaemon(t);
  const { idFp } = alice.card;
  const ticketHash = H('ticket', new Uint8Array(32).fill(7));
  const record = recordHash('record-of-alice');
  await store.putVault({ idFp, recordHash: record, current: record, version: 1, bytes: new Uint8Array(10) });
  const logged = { ...context, limits: { ...context.limits, failureLines: { take: () => true } } };
  const full = logged as unknown as Context;
  const stolen = { idFp, device: 5, ticketHash, kind: 'device', name: 'stolen', address: '10.0.0.7' } as const;
  await store.putDevice(stolen);
  const owner = login('alice').session;
  owner.device = 1;
  const thief = login('bob').session;
  Object.assign(thief, { account: null, state: 'anonymous', device: 0 });
  const account = context.accounts.find('alice');
  // Both ask the store in one turn, the login first.
  const coming = logIn(full, thief, { account, by: 'key', device: 5, ticketHash });
  await deviceEnd(full, owner, { device: 5 });
  await coming;
  t.deepEqual(await store.devices({ idFp }), []);
  t.truthy(thief.ended);
});
