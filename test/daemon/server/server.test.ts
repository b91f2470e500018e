import { once } from 'node:events';
import { connect } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { limitValues } from '../../../src/daemon/limits/limits.ts';
import { connectTo, loggedInClient, login, register } from '../../helpers/client/client.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

/** Opens a server with a clock that the test moves. */
async function open(t: ExecutionContext) {
  const clock = manualClock(Date.now());
  return { clock, at: (await openDaemon(t, { clock })).at };
}

test.serial('a connection that does not finish the handshake in time is closed', async (t) => {
  const { clock, at } = await open(t);
  const socket = connect(at.port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  await once(socket, 'data');
  clock.advance(limitValues.handshakeMs);
  await once(socket, 'close');
  t.pass();
});

test.serial('a link without a login in time is told and closed; a logged-in one stays', async (t) => {
  const { clock, at } = await open(t);
  const slow = await connectTo(t, at);
  const quick = await loggedInClient(t, at, 'alice');
  await slow.request('ping', {});
  clock.advance(limitValues.loginMs);
  await slow.ended;
  t.deepEqual(slow.events, ['closing']);
  t.true((await quick.request('ping', {})).at > 0);
});

test.serial('a silent link is told and closed; a link that pings stays', async (t) => {
  const { clock, at } = await open(t);
  const silent = await connectTo(t, at);
  const lively = await connectTo(t, at);
  await register(silent, 'alice', 'pw');
  await login(silent, 'alice', 'pw');
  await login(lively, 'alice', 'pw', 2);
  for (let ms = 0; ms <= limitValues.idleMs + 30_000; ms += 30_000) {
    await lively.request('ping', {});
    clock.advance(30_000);
  }
  await silent.ended;
  t.is(silent.events.at(-1), 'closing');
  t.true((await lively.request('ping', {})).at > 0);
});

test.serial('a login shows the name to everybody online, and the end of its last session removes it', async (t) => {
  const { at } = await open(t);
  const [alice, bob, again] = [await connectTo(t, at), await connectTo(t, at), await connectTo(t, at)];
  await register(alice, 'alice', 'pw');
  await register(bob, 'bob', 'pw');
  await login(alice, 'alice', 'pw');
  await login(bob, 'bob', 'pw');
  await login(again, 'bob', 'pw', 2);
  await bob.link.close();
  await again.link.close();
  while (alice.events.filter((name) => name === 'presence').length < 2) await alice.request('ping', {});
  t.deepEqual(alice.events, ['presence', 'presence']);
});
