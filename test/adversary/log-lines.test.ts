/** Log lines caused by hostile bytes: a bounded number, none after the link was cut, and none at a level that alerts an operator. */
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from '@msgpack/msgpack';
import test, { type ExecutionContext } from 'ava';
import { limitValues } from '../../src/daemon/limits/limits.ts';
import { requestTable } from '../../src/daemon/requests/index.ts';
import { ProtocolError } from '../../src/protocol/base/errors.ts';
import { recordType, SMALL_RECORD } from '../../src/protocol/link/record-format.ts';
import { encodeRequest } from '../../src/protocol/wire/codec.ts';
import { connectTo, login, register } from '../helpers/client/client.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';
import { until } from '../helpers/until.ts';
import { type HostileClient, hostileClient, openSocket, untilClosed } from './hostile-client.ts';
import { type SeededRandom, seeded } from './seeded.ts';

const WARN = 40;
const ERROR = 50;
/** Of one link at the default log level, except its failed logins, which are counted by address. */
const LINES_OF_A_LINK = 2;

type Lines = { [field: string]: unknown; level?: number; evt?: string }[];

function bytes(random: SeededRandom, most: number): Uint8Array {
  return Uint8Array.from({ length: random(most) + 1 }, () => random(256));
}

/** Any MessagePack value, a few levels deep. */
function value(random: SeededRandom, depth = 3): unknown {
  const kind = random(depth === 0 ? 6 : 8);
  if (kind === 0) return null;
  if (kind === 1) return random(2) === 0;
  if (kind === 2) return random(2 ** 32) - random(2 ** 31);
  if (kind === 3) return random(1000) / 7;
  if (kind === 4) return Buffer.from(bytes(random, 40)).toString('latin1');
  if (kind === 5) return bytes(random, 400);
  if (kind === 6) return Array.from({ length: random(5) }, () => value(random, depth - 1));
  return Object.fromEntries(Array.from({ length: random(4) }, (_, n) => [`k${n}`, value(random, depth - 1)]));
}

/** Params that fit the schema of a request before login, with wrong values. */
function wellFormed(random: SeededRandom): [string, unknown][] {
  const message = Buffer.from(bytes(random, 200)).toString('base64url');
  const name = ['alice', 'nobody', '', 'a:b', '\u0000', '__proto__'][random(6)];
  return [
    ['register-start', { name, message, invite: null }],
    ['register-finish', { record: message, card: bytes(random, 900), localKeys: true }],
    ['login-start', { method: 'opaque1', name, message }],
    ['login-finish', { message }],
    ['login-prove', { proof: new Uint8Array(32), device: random(3), deviceName: message, ticket: null }],
    ['login-key', { name, device: 1, ticket: new Uint8Array(32), signature: bytes(random, 1).slice(1) }],
    ['login-key', { name, device: 1, ticket: new Uint8Array(32), signature: new Uint8Array(384) }],
    ['fetch', value(random)],
    ['ping', {}],
  ];
}

/** Well-formed requests only. */
function requests(random: SeededRandom): Uint8Array[] {
  const asked = wellFormed(random);
  const some = Array.from({ length: 1 + random(8) }, () => asked[random(asked.length)] ?? ['ping', {}]);
  return some.map((one, id) => encode([0, id, ...one]));
}

/** What a link is sent after its handshake. */
function attack(client: HostileClient, random: SeededRandom): void {
  const attacks = [
    () => client.raw(bytes(random, 300)),
    () => client.record(random(256), bytes(random, 300)),
    () => client.record(recordType.messages, bytes(random, 300)),
    () => client.messages(bytes(random, 300)),
    () => client.messages(encode(value(random)), encode([0, 1, 'ping', value(random)])),
    () => client.sendSegment(random(5), random(5), bytes(random, 500)),
    () => client.messages(...requests(random)),
  ];
  attacks[random(attacks.length)]?.();
}

/** Asserts that no line is an error, and that lines of a connection and failed logins of an address are few. */
function assertQuietLog(t: ExecutionContext, lines: Lines): void {
  t.deepEqual(
    lines.filter(({ level }) => Number(level) >= ERROR),
    [],
  );
  const byLink = Map.groupBy(
    lines.filter(({ level, conn, evt }) => Number(level) >= 30 && conn !== undefined && evt !== 'authn_login_fail'),
    ({ conn }) => conn,
  );
  for (const [, own] of byLink) t.true(own.length <= LINES_OF_A_LINK, JSON.stringify(own.slice(0, 3)));
  const failures = Map.groupBy(
    lines.filter(({ evt }) => evt === 'authn_login_fail'),
    ({ address }) => address,
  );
  // The burst, and one for each 10 s that a slow machine takes.
  for (const [, own] of failures)
    t.true(own.length <= limitValues.failureLines.burst + 10, JSON.stringify(own.slice(0, 3)));
}

test.serial('junk in every state before login causes few log lines and no errors', async (t) => {
  const { at, lines } = await openDaemon(t);
  const alice = await connectTo(t, at);
  await register(alice, 'alice', 'pw');
  await login(alice, 'alice', 'pw');
  const random = seeded(7);
  for (let n = 0; n < 60; n += 1) {
    const socket = await openSocket(t, at, `127.0.2.${1 + (n % 4)}`);
    await once(socket, 'data');
    const junk = bytes(random, 900);
    socket.end(random(2) === 0 ? junk : Buffer.concat([Buffer.from('SCL2\u0000\u0002'), junk, junk]));
    await untilClosed(socket);
  }
  for (let n = 0; n < 30; n += 1) {
    const hello = (said: Uint8Array) => {
      // Half of them hold an ephemeral X-Wing key of small order.
      if (n % 2 === 0) return Uint8Array.from(said).fill(0, said.length - 16 - 32, said.length - 16);
      const changed = Uint8Array.from(said);
      const place = random(changed.length);
      changed[place] = (changed[place] ?? 0) ^ (1 + random(255));
      return changed;
    };
    const from = `127.0.2.${5 + (n % 4)}`;
    await t.throwsAsync(hostileClient(t, at, { from, hello }));
  }
  for (let n = 0; n < 80; n += 1) {
    const confirm = n % 8 === 0 ? bytes(random, 200) : undefined;
    const client = await hostileClient(t, at, { from: `127.0.2.${9 + (n % 4)}`, ...(confirm && { confirm }) });
    attack(client, random);
    // Half of them wait for an end that may not come.
    if (random(2) === 0) await client.request('ping', {}).catch(() => {});
    client.destroy();
  }
  t.true((await alice.request('ping', {})).at > 0);
  t.false(alice.events.includes('closing'));
  assertQuietLog(t, lines);
  const loud = lines.filter(({ level, evt }) => Number(level) >= WARN && evt !== 'private_file_open');
  t.true(
    loud.every(({ evt }) => evt === 'authn_login_fail'),
    JSON.stringify(loud.slice(0, 3)),
  );
});

test.serial('what a client may send only after login is logged as that', async (t) => {
  const { at, lines } = await openDaemon(t);
  const tooEarly = [
    (client: HostileClient) => client.messages(new Uint8Array(SMALL_RECORD)),
    (client: HostileClient) => client.sendSegment(1, 0, new Uint8Array(100)),
  ];
  for (const send of tooEarly) {
    const client = await hostileClient(t, at);
    send(client);
    t.is(await client.ended, 'cut');
  }
  const reasons = () => lines.filter(({ evt }) => evt === 'input_validation_fail').map(({ reason }) => reason);
  await until(() => reasons().length === tooEarly.length);
  t.deepEqual(reasons(), [
    'a record of more than 4096 bytes was announced before login; does the client send other requests before its login is answered?',
    'a file segment was sent before login',
  ]);
});

test.serial('a link that fails to log in again and again causes a bounded number of lines', async (t) => {
  const { at, lines } = await openDaemon(t);
  const client = await hostileClient(t, at);
  const params = { name: 'alice', device: 1, ticket: new Uint8Array(32), signature: new Uint8Array(384) };
  for (let n = 0; n < 20; n += 1) {
    const tries = Array.from({ length: 16 }, () => client.request('login-key', params));
    for (const one of await Promise.allSettled(tries)) t.is(one.status, 'rejected');
  }
  assertQuietLog(t, lines);
});

test.serial('concurrent requests that all break the protocol cause one line', async (t) => {
  let go = () => {};
  let waiting = 0;
  const all = new Promise<void>((resolve) => {
    go = resolve;
  });
  const broken = async () => {
    waiting += 1;
    await all;
    throw new ProtocolError('note', 'broken');
  };
  const { at, lines } = await openDaemon(t, {
    table: { ...requestTable, conversations: { ...requestTable.conversations, handler: broken } },
  });
  const mallory = await hostileClient(t, at);
  await register(mallory, 'mallory', 'pw');
  await login(mallory, 'mallory', 'pw');
  const before = lines.length;
  for (let id = 0; id < 40; id += 1) mallory.messages(encodeRequest(1000 + id, 'conversations', { after: null }));
  await until(() => waiting === limitValues.largeAnswersAtOnce);
  go();
  await mallory.ended;
  await until(() => lines.some(({ evt }) => evt === 'session_ended'));
  await new Promise((resolve) => setImmediate(resolve));
  const own = lines.slice(before).map(({ evt, level }) => [evt, level]);
  t.deepEqual(own, [
    ['input_validation_fail', 40],
    ['session_ended', 30],
  ]);
});

test.serial(
  'failures in the data folder cause no line for each stranger and none that alerts an operator',
  async (t) => {
    const { at, dir, lines } = await openDaemon(t, { flags: { registration: 'invite' } });
    await mkdir(join(dir, 'invites.txt'));
    const begun = lines.length;
    for (let n = 0; n < 6; n++) {
      const stranger = await connectTo(t, at);
      await t.throwsAsync(register(stranger, 'alice', 'pw', { invite: 'a code that is long' }), { code: 'internal' });
    }
    const shown = (lines as Lines).slice(begun).filter(({ level = 0 }) => level >= WARN);
    t.deepEqual(
      shown.map(({ level, evt }) => [level, evt]),
      [[WARN, 'sys_crash']],
    );
  },
);
