import test from 'ava';
import { loginKey } from '../../../src/daemon/requests/login-key.ts';
import { H, utf8 } from '../../../src/protocol/bytes.ts';
import { Refusal } from '../../../src/protocol/errors.ts';
import { sign } from '../../../src/protocol/rsa.ts';
import { daemonOf } from '../../helpers/daemon-people.ts';

test('attack: a device that is ended while it waits for its turn does not come in', async (t) => {
  const daemon = await daemonOf(t, ['alice']);
  const { card, identity } = daemon.alice;
  const { session } = daemon.login('alice');
  const link = { ...session.link, cb: new Uint8Array(32).fill(3) };
  const ticket = new Uint8Array(32).fill(7);
  await daemon.store.putDevice({ idFp: card.idFp, device: 5, ticketHash: H('ticket', ticket) });
  const ended: Promise<unknown>[] = [];
  const clock = {
    ...daemon.context.clock,
    after: (_: number, action: () => void) => {
      ended.push(daemon.store.dropDevices({ idFp: card.idFp, device: 5, but: 0 }).then(action));
      return () => {};
    },
  };
  const limits = { ...daemon.context.limits, logins: { reserve: () => 1000 } };
  const context = { ...daemon.context, clock, limits } as unknown as typeof daemon.context;
  const signature = sign(identity.pkcs8, H('login', link.cb, daemon.daemonId, utf8('alice')));
  const at = Object.assign(Object.create(session) as typeof session, { link });
  const login = loginKey(context, at, { name: 'alice', device: 5, ticket, signature });
  await t.throwsAsync(login, { instanceOf: Refusal, code: 'login-refused' });
  t.is(ended.length, 1);
});
