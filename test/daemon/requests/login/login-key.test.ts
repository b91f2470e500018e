import test from 'ava';
import { Limits } from '../../../../src/daemon/limits/limits.ts';
import { loginKey } from '../../../../src/daemon/requests/login/login-key.ts';
import { loginStart } from '../../../../src/daemon/requests/login/login-start.ts';
import { H, utf8 } from '../../../../src/protocol/base/bytes.ts';
import { Refusal } from '../../../../src/protocol/base/errors.ts';
import { sign } from '../../../../src/protocol/crypto/rsa.ts';
import { openTestDaemon } from '../../../helpers/daemon/daemon-people.ts';
import { manualClock } from '../../../helpers/manual-clock.ts';

const laptop = { kind: 'device', name: 'laptop', address: '10.0.0.7' } as const;

test('attack: a device that is logged out while its login waits for a turn is refused', async (t) => {
  const daemon = await openTestDaemon(t, ['alice']);
  const { card, identity } = daemon.alice;
  const { session } = daemon.login('alice');
  const link = { ...session.link, cb: new Uint8Array(32).fill(3) };
  const ticket = new Uint8Array(32).fill(7);
  await daemon.store.putDevice({ idFp: card.idFp, device: 5, ticketHash: H('ticket', ticket), ...laptop });
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

/** Records every call to the store and to the card directory: the calls that take time. */
function counted(daemon: Awaited<ReturnType<typeof openTestDaemon>>) {
  const calls: string[] = [];
  const counting = <T extends object>(what: string, of: T): T =>
    new Proxy(of, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          calls.push(`${what}.${String(name)}`);
          return Reflect.apply(value, target, args);
        };
      },
    });
  const { store, directory } = daemon.context;
  const context = { ...daemon.context, store: counting('store', store), directory: counting('directory', directory) };
  return { calls, context };
}

test('attack: a login with a wrong ticket costs the same for a name that exists and for one that does not', async (t) => {
  const daemon = await openTestDaemon(t, ['alice', 'bob']);
  const { session } = daemon.login('bob');
  const at = Object.assign(Object.create(session) as typeof session, {
    link: { ...session.link, cb: new Uint8Array(32).fill(3) },
  });
  const ticket = new Uint8Array(32).fill(7);
  await daemon.store.putDevice({ idFp: daemon.alice.card.idFp, device: 5, ticketHash: H('ticket', ticket), ...laptop });
  const { calls, context } = counted(daemon);
  const work = async (name: string, device: number) => {
    calls.length = 0;
    const params = { name, device, ticket: new Uint8Array(32), signature: new Uint8Array(384) };
    await t.throwsAsync(loginKey(context, at, params), { instanceOf: Refusal, code: 'login-refused' });
    return [...calls];
  };
  for (let time = 0; time < 2; time += 1) {
    t.deepEqual(await work('nobody', 5), ['store.checkTicket']);
    t.deepEqual(await work('alice', 5), ['store.checkTicket'], 'a device that is there');
    t.deepEqual(await work('alice', 6), ['store.checkTicket'], 'one that is not');
  }
  // A person with the ticket knows the name; without the key it does not help, and leaves no trace.
  const before = await daemon.store.devices({ idFp: daemon.alice.card.idFp });
  daemon.time.now += 60_000;
  const stolen = { name: 'alice', device: 5, ticket, signature: new Uint8Array(384) };
  await t.throwsAsync(loginKey(context, at, stolen), { instanceOf: Refusal, code: 'login-refused' });
  t.deepEqual(await daemon.store.devices({ idFp: daemon.alice.card.idFp }), before);
});

test('attack: login-start works and waits the same for a name that exists and for one that does not', async (t) => {
  const daemon = await openTestDaemon(t, ['alice', 'bob']);
  const attempts = async (name: string) => {
    const seen: (number | string)[] = [];
    const clock = {
      ...manualClock(),
      after: (ms: number, action: () => void) => {
        seen.push(ms);
        action();
        return () => {};
      },
    };
    const opaque = {
      serverLogin: async () => {
        seen.push('serverLogin');
        return { state: 's', message: 'm' };
      },
    };
    const identity = { ...daemon.identity, opaqueSetup: 'x' };
    const parts = { ...daemon.context, opaque, identity, clock, limits: new Limits(clock) };
    const { session } = daemon.login('bob');
    session.account = null;
    for (let n = 0; n < 20; n += 1) {
      const context = parts as unknown as typeof daemon.context;
      const start = { method: 'opaque1' as const, name, message: 'm' };
      await loginStart(context, session, start).catch((error: Refusal) => seen.push(error.code));
    }
    return seen;
  };
  const known = await attempts('alice');
  t.true(known.includes('serverLogin') && known.includes('rate-limited') && known.some((one) => Number(one) > 0));
  t.deepEqual(await attempts('nobody'), known);
});
