/** A device keeps its ticket through every login that fails. */
import test from 'ava';
import type { Context } from '../../../src/daemon/context.ts';
import { limitValues } from '../../../src/daemon/limits/limits.ts';
import { loginProve } from '../../../src/daemon/requests/login/login-prove.ts';
import { H } from '../../../src/protocol/base/bytes.ts';
import { loginProof } from '../../../src/protocol/crypto/opaque.ts';
import { openTestDaemon } from '../../helpers/daemon/daemon-people.ts';

test('a device keeps its ticket after a wrong proof and after a refusal for too many links', async (t) => {
  const { context, store, login, alice } = await openTestDaemon(t, ['alice', 'bob']);
  const idFp = alice.card.idFp;
  const device = { idFp, device: 5, ticketHash: H('ticket', new Uint8Array(32).fill(7)) };
  await store.putDevice({ ...device, kind: 'device', name: 'laptop', address: '10.0.0.7' });
  const others = Array.from({ length: limitValues.linksPerAccount }, () => login('alice').session);
  for (const other of others) other.lastReceivedAt = context.clock.monotonic();
  const limits = { ...context.limits, guard: { succeeded: () => {} }, failureLines: { take: () => true } };
  const full = { ...context, limits, sessions: { of: () => others } } as unknown as Context;
  const { session } = login('bob');
  const cb = new Uint8Array(32).fill(3);
  const at = Object.assign(Object.create(session) as typeof session, { link: { ...session.link, cb } });
  const sessionKey = new Uint8Array(64).fill(9);
  const account = context.accounts.find('alice');
  const prove = (proof: Uint8Array) => {
    at.attempt = { kind: 'proved', account, sessionKey };
    return loginProve(full, at, { proof, device: 5, deviceName: 'laptop', ticket: null });
  };
  await t.throwsAsync(prove(new Uint8Array(32)), { code: 'login-refused' });
  await t.throwsAsync(prove(loginProof(sessionKey, 'client', cb)), { code: 'busy' });
  t.is(await store.checkTicket({ ...device, loginFrom: null }), 'device');
});
