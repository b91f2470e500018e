import { once } from 'node:events';
import * as fs from 'node:fs/promises';
import { connect } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { readConfig } from '../../src/daemon/config.ts';
import { startDaemon } from '../../src/daemon/daemon.ts';
import { figures } from '../../src/daemon/limits.ts';
import { hex } from '../../src/protocol/bytes.ts';
import { systemRandom } from '../../src/protocol/seams.ts';
import { connectTo, login, register } from '../helpers/client.ts';
import { writeFixtureKey } from '../helpers/daemon.ts';
import { temporaryFolder } from '../helpers/folder.ts';
import { FakeClock } from '../tui/helpers/fake-clock.ts';

/** The daemon in this process, with a clock that the test moves. */
async function open(t: ExecutionContext) {
  const dir = await temporaryFolder(t);
  await writeFixtureKey(dir);
  const around = { env: {}, cwd: dir, xdgData: dir, exists: () => false, readText: () => null };
  const clock = new FakeClock(Date.now());
  const log = pino({ level: 'silent' });
  const daemon = await startDaemon(readConfig({ 'data-dir': dir, port: '0' }, around), {
    log,
    clock,
    random: systemRandom,
    fs,
    software: 'test',
    hostname: 'here',
  });
  t.teardown(() => daemon.stop());
  return { clock, at: { port: daemon.port, fingerprint: hex(daemon.fingerprint) } };
}

test.serial('who does not finish the handshake in time is closed', async (t) => {
  const { clock, at } = await open(t);
  const socket = connect(at.port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  await once(socket, 'data');
  clock.advance(figures.handshakeMs);
  await once(socket, 'close');
  t.pass();
});

test.serial('who does not log in in time is told and closed; who does stays', async (t) => {
  const { clock, at } = await open(t);
  const slow = await connectTo(t, at);
  const quick = await connectTo(t, at);
  await register(quick, 'alice', 'pw');
  await login(quick, 'alice', 'pw');
  await slow.request('ping', {});
  clock.advance(figures.loginMs);
  await slow.ended;
  t.deepEqual(slow.events, ['closing']);
  t.true((await quick.request('ping', {})).at > 0);
});

test.serial('who is silent is told and closed; who pings stays', async (t) => {
  const { clock, at } = await open(t);
  const silent = await connectTo(t, at);
  const lively = await connectTo(t, at);
  await register(silent, 'alice', 'pw');
  await login(silent, 'alice', 'pw');
  await login(lively, 'alice', 'pw');
  for (let ms = 0; ms <= figures.idleMs + 30_000; ms += 30_000) {
    await lively.request('ping', {});
    clock.advance(30_000);
  }
  await silent.ended;
  t.is(silent.events.at(-1), 'closing');
  t.true((await lively.request('ping', {})).at > 0);
});

test.serial('after a login the name is known to everyone who is here, and gone with its last session', async (t) => {
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
