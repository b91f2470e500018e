/** Strangers who only connect, from few addresses or many, take slots from each other and from nobody else. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { limitValues } from '../../src/daemon/limits/limits.ts';
import { Refusal } from '../../src/protocol/base/errors.ts';
import { connectTo, login, loginWithKey, register, type TestClient } from '../helpers/client/client.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { manualClock } from '../helpers/manual-clock.ts';
import { until } from '../helpers/until.ts';
import { type HostileClient, hostileClient, openSocket } from './hostile-client.ts';

/** 28 half-open links, 28 before login, 168 logged in. */
const FEW_DESCRIPTORS = 384;
const PLACES = 28;

/** A daemon with few slots and a manual clock. Alice is logged in, and once more with each `again`. */
async function open(t: ExecutionContext, descriptors = FEW_DESCRIPTORS) {
  const clock = manualClock(Date.now());
  const { at, lines } = await openDaemon(t, { clock, descriptors });
  const alice = await connectTo(t, at);
  await register(alice, 'alice', 'pw');
  const { ticket } = await login(alice, 'alice', 'pw', 5);
  const again = async () => {
    const client = await connectTo(t, at);
    await loginWithKey(client, 'alice', ticket ?? new Uint8Array(), 5);
    return client;
  };
  /** Asserts that everybody is still connected, and that a newcomer gets in. */
  const undisturbed = async (there: TestClient[] = []) => {
    const newcomer = await again();
    for (const client of [alice, newcomer, ...there]) {
      t.true((await client.request('ping', {})).at > 0);
      t.false(client.events.includes('closing'));
    }
    await newcomer.link.close();
  };
  return { clock, at, lines, alice, again, undisturbed };
}

/** Silent connections, each after the daemon accepted it. */
async function silent(t: ExecutionContext, at: { port: number }, from: string, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  for (let i = 0; i < count; i += 1) {
    const socket = await openSocket(t, at, from);
    await Promise.race([once(socket, 'data'), once(socket, 'close')]);
    sockets.push(socket);
  }
  return sockets;
}

const isOpen = (socket: Socket) => !socket.destroyed && !socket.readableEnded;

test.serial(
  'half-open links lock nobody out: from two addresses, from many, byte by byte, beside many honest ones',
  async (t) => {
    const { at, clock, lines, undisturbed } = await open(t);
    const sockets = [...(await silent(t, at, '127.0.0.2', 50)), ...(await silent(t, at, '127.0.0.3', 50))];
    await until(() => sockets.filter(isOpen).length <= PLACES);
    await undisturbed();
    const told = () => lines.filter(({ evt }) => evt === 'links_refused');
    t.deepEqual(told(), [], 'not a line yet');

    for (let i = 1; i <= PLACES + 8; i += 1) sockets.push(...(await silent(t, at, `127.0.1.${i}`, 1)));
    await undisturbed();
    // None of them stays for long, and a newcomer with a slow network outlasts all.
    const [late] = (await silent(t, at, '127.0.0.5', 1)) as [Socket];
    for (let ms = 0; ms < 2_000; ms += 500) {
      clock.advance(500);
      sockets.push(...(await silent(t, at, '127.0.0.2', 15)), ...(await silent(t, at, '127.0.0.3', 15)));
      t.true(isOpen(late), `${ms} ms`);
    }
    late.destroy();

    clock.advance(3_000);
    const honest = await Promise.all(Array.from({ length: 24 }, () => hostileClient(t, at, { from: '127.0.0.9' })));
    for (const one of honest) t.true((await one.request('ping', {})).at > 0, 'all of one address at once');

    const [slow] = (await silent(t, at, '127.0.0.4', 1)) as [Socket];
    for (let ms = 0; ms < limitValues.handshakeMs; ms += 1_000) {
      t.true(isOpen(slow));
      slow.write('S');
      await undisturbed();
      clock.advance(1_000);
    }
    await until(() => !isOpen(slow) && !sockets.some(isOpen));
    clock.advance(60_000);
    t.is(told().length, 1, 'one line a minute');
    t.regex(String(told()[0]?.reasons), /evicted: \d+/);
    const loud = lines.filter(({ level }) => Number(level) >= 40).map(({ evt }) => evt);
    t.deepEqual(loud, ['few_descriptors', 'private_file_open', 'links_refused']);
  },
);

test.serial('links without a login are bounded, too, and lock nobody out', async (t) => {
  const { at, clock, undisturbed } = await open(t);
  const hostile: HostileClient[] = [];
  for (let i = 0; i < PLACES + 8; i += 1) hostile.push(await hostileClient(t, at, { from: `127.0.0.${2 + (i % 2)}` }));
  await until(() => hostile.filter(({ socket }) => isOpen(socket)).length <= PLACES);
  await undisturbed();
  clock.advance(limitValues.loginMs);
  await Promise.all(hostile.map(({ ended }) => ended));
  await undisturbed();
});

test.serial('an account has 32 links: the next one is refused unless one of them missed its ping', async (t) => {
  const { clock, lines, alice, again } = await open(t);
  const mine = [alice];
  while (mine.length < limitValues.linksPerAccount) {
    mine.push(await again());
    clock.advance(100);
  }
  const refused = await t.throwsAsync(again(), { instanceOf: Refusal, code: 'busy' });
  t.regex(refused?.message ?? '', /32 connections/);
  for (let ms = 0; ms <= limitValues.missedPingMs; ms += 45_000) {
    for (const client of mine.slice(1)) await client.request('ping', {});
    clock.advance(45_000);
  }
  for (const client of mine.slice(1)) await client.request('ping', {});
  const next = await again();
  await alice.ended;
  t.is(alice.events.at(-1), 'closing');
  for (const client of [...mine.slice(1), next]) t.true((await client.request('ping', {})).at > 0);
  t.false(lines.some(({ level }) => Number(level) >= 50));
});

test.serial('a few people cannot take all links: too many logins are refused, and nobody is evicted', async (t) => {
  // Room for 18 logged-in links.
  const { at, lines, alice, again } = await open(t, 152);
  const mine = [alice];
  while (mine.length < 9) mine.push(await again());
  const refused = await t.throwsAsync(again(), { instanceOf: Refusal, code: 'busy' });
  t.regex(refused?.message ?? '', /no room for more connections/);
  const bob = await connectTo(t, at);
  await register(bob, 'bob', 'pw');
  await login(bob, 'bob', 'pw', 6);
  for (const client of [...mine, bob]) t.true((await client.request('ping', {})).at > 0);
  await mine.pop()?.link.close();
  await until(() => lines.some(({ evt }) => evt === 'session_ended'));
  t.true((await (await again()).request('ping', {})).at > 0, 'as soon as there is room again');
});
