import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { Calls } from '../../../src/client/connection/calls.ts';
import { Connection, type LoggedInLink } from '../../../src/client/connection/connection.ts';
import { ClientError } from '../../../src/client/errors.ts';
import type { LinkState } from '../../../src/client/types.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { type Event, encodeEvent, encodeResult } from '../../../src/protocol/wire/codec.ts';
import type { Welcome } from '../../../src/protocol/wire/login-requests.ts';
import { type FakeWire, fakeWire } from '../../helpers/client/wire.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const welcome: Welcome = {
  session: 1,
  name: 'alice',
  idFp: null,
  mustRenew: false,
  recordHash: null,
  vault: null,
  localKeys: false,
  shared: 0,
  ticket: null,
  lobby: new Uint8Array(32),
  at: 0,
  maxFileSize: 1,
};

/** What a login gives: null for a good link; `dies` for one that has already ended; `hangs` for one that the test lets through. */
type Outcome = Error | null | 'dies' | 'hangs';

/** A connection whose next logins give `outcomes`: an error, or null for a good link. */
function open(outcomes: Outcome[] = [], first: null | 'dies' = null) {
  const clock = manualClock();
  const wires: FakeWire[] = [];
  const states: LinkState[] = [];
  const hanging: { signal: AbortSignal; go: () => void }[] = [];
  const logIn = (outcome: Exclude<Outcome, Error>): LoggedInLink => {
    const wire = fakeWire();
    wires.push(wire);
    const calls = new Calls(wire);
    if (outcome === 'dies') wire.end('lost');
    return { calls, welcome: { ...welcome, session: wires.length } };
  };
  const connection = new Connection({
    first: logIn(first),
    reconnect: async (signal) => {
      const outcome = outcomes.shift() ?? null;
      if (outcome instanceof Error) throw outcome;
      if (outcome === 'hangs') await new Promise<void>((go) => hanging.push({ signal, go }));
      return logIn(outcome);
    },
    clock,
    // The largest random value, for the full wait.
    random: (size) => new Uint8Array(size).fill(0xff),
  });
  connection.onState((state) => states.push(state));
  const newest = (): FakeWire => wires.at(-1) ?? fakeWire();
  return { connection, clock, wires, states, hanging, newest };
}

const away = () => new ClientError('unreachable', 'nothing listens there');

test('a lost link is reconnected and reported', async (t) => {
  const { connection, clock, states, newest } = open();
  const sessions: number[] = [];
  connection.onOnline((again) => sessions.push(again.session));
  newest().end('lost');
  t.deepEqual(states, [{ state: 'waiting', retryAt: clock.now() + 500, reason: 'the connection was lost' }]);
  await t.throwsAsync(connection.request('ping', {}), { instanceOf: ClientError, code: 'unreachable' });
  clock.advance(500);
  await setImmediate();
  t.is(connection.state.state, 'online');
  t.deepEqual(sessions, [2]);
  t.is(connection.welcome.session, 2);
});

test('each failure doubles the wait, up to 30 seconds', async (t) => {
  const { connection, clock, newest } = open(Array.from({ length: 8 }, away));
  newest().end('lost');
  const waits: number[] = [];
  for (let i = 0; i < 9; i++) {
    const [wait = 0] = clock.pending();
    waits.push(wait);
    clock.advance(wait);
    await setImmediate();
  }
  t.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  t.is(connection.state.state, 'online');
  newest().end('lost');
  t.deepEqual(clock.pending(), [500]);
});

test('a link that ends before its login is finished counts as lost', async (t) => {
  const { connection, clock, states, newest } = open(['dies'], 'dies');
  const sessions: number[] = [];
  connection.onOnline((again) => sessions.push(again.session));
  const waiting: LinkState = {
    state: 'waiting',
    retryAt: clock.now() + 500,
    reason: 'the connection was lost',
  };
  t.deepEqual(connection.state, waiting);
  t.is(connection.link, null);
  t.deepEqual(clock.pending(), [500]);
  clock.advance(500);
  await setImmediate();
  t.deepEqual(states, [{ state: 'connecting' }, { ...waiting, retryAt: clock.now() + 500 }]);
  const asked = connection.request('ping', {}, { wait: true });
  clock.advance(500);
  await setImmediate();
  t.is(connection.state.state, 'online');
  t.deepEqual(sessions, [3]);
  newest().onMessage(encodeResult('ping', 1, { at: 9 }));
  t.deepEqual(await asked, { at: 9 });
});

test('a request that may wait is sent on the next link', async (t) => {
  const { connection, clock, newest } = open();
  newest().end('lost');
  const asked = connection.request('ping', {}, { wait: true });
  clock.advance(500);
  await setImmediate();
  t.deepEqual(newest().sent, [[0, 1, 'ping', {}]]);
  newest().onMessage(encodeResult('ping', 1, { at: 9 }));
  t.deepEqual(await asked, { at: 9 });
});

test('an error that only a person can solve is not retried', async (t) => {
  for (const error of [new ClientError('version', 'another version'), new Refusal('login-refused', 'ended')]) {
    const { connection, clock, newest } = open([error]);
    newest().end('lost');
    const asked = connection.request('ping', {}, { wait: true });
    clock.advance(500);
    await t.throwsAsync(asked, { instanceOf: ClientError });
    const code = error instanceof ClientError ? error.code : 'refused';
    t.deepEqual(connection.state, { state: 'closed', reason: error.message, code });
    t.deepEqual(clock.pending(), []);
  }
});

test('after a changed key the connection retries silently until the right key is back', async (t) => {
  const changed = new ClientError('key-changed', 'another key');
  const { connection, clock, states, newest } = open([changed, away(), changed]);
  newest().end('lost');
  clock.advance(500);
  await setImmediate();
  const closed: LinkState = { state: 'closed', reason: 'another key', code: 'key-changed' };
  t.deepEqual(connection.state, closed);
  await t.throwsAsync(connection.request('ping', {}, { wait: true }), { message: 'another key' });
  for (let i = 0; i < 2; i++) {
    t.deepEqual(clock.pending(), [60_000]);
    clock.advance(60_000);
    await setImmediate();
    t.deepEqual(connection.state, closed);
  }
  const told = states.length;
  clock.advance(60_000);
  await setImmediate();
  t.deepEqual(states.slice(told), [{ state: 'online' }]);
});

test('close() ends the retries after a changed key', async (t) => {
  const { connection, clock, states, newest } = open([new ClientError('key-changed', 'another key')]);
  newest().end('lost');
  clock.advance(500);
  await setImmediate();
  await connection.close();
  t.deepEqual(clock.pending(), []);
  t.is(states.at(-1)?.state === 'closed' && states.at(-1), connection.state);
  t.like(connection.state, { code: 'key-changed' });
});

test('a device that was logged out says by whom, and that it needs the password', async (t) => {
  const { connection, clock, newest } = open([away(), new ClientError('login-refused', 'this device was signed out')]);
  newest().onMessage(
    encodeEvent('closing', { reason: 'ended', message: 'this device was logged out from another session' }),
  );
  newest().end('closed');
  clock.advance(500);
  await setImmediate();
  clock.advance(1000);
  await setImmediate();
  t.deepEqual(connection.state, {
    state: 'closed',
    reason: 'this device was logged out from another session; start again and log in with the password',
    code: 'login-refused',
  });
});

test('the reason that ended an earlier session is not given for a later refusal', async (t) => {
  const { connection, clock, newest } = open([null, new ClientError('login-refused', 'this device was signed out')]);
  newest().onMessage(encodeEvent('closing', { reason: 'ended', message: 'the server failed on a request' }));
  newest().end('closed');
  clock.advance(500);
  await setImmediate();
  newest().end('lost');
  clock.advance(500);
  await setImmediate();
  t.like(connection.state, { reason: 'this device was signed out' });
});

test('after the account was closed no other login is tried', async (t) => {
  for (const close of ['there', 'here'] as const) {
    const { connection, clock, states, newest } = open();
    const waiting = connection.request('ping', {});
    if (close === 'here') await connection.accountClosed();
    newest().onMessage(encodeEvent('closing', { reason: 'closed', message: 'the account was closed' }));
    newest().end('closed');
    const closed = { state: 'closed', reason: 'the account was closed', code: 'account-closed' } as const;
    t.deepEqual(states, [closed], close);
    t.deepEqual(clock.pending(), []);
    await t.throwsAsync(waiting, { code: 'unreachable' });
    connection.retryNow();
    t.deepEqual(connection.state, closed);
    await t.throwsAsync(connection.request('ping', {}, { wait: true }), { message: 'the account was closed' });
  }
});

test('a busy daemon is tried again', async (t) => {
  const { connection, clock, newest } = open([new Refusal('busy', 'too much work')]);
  newest().end('closed');
  clock.advance(500);
  await setImmediate();
  t.is(connection.state.state, 'waiting');
});

test('retryNow() does not wait', async (t) => {
  const { connection, newest } = open();
  newest().end('lost');
  connection.retryNow();
  await setImmediate();
  t.is(connection.state.state, 'online');
});

test('retryNow() abandons a hanging attempt, and closes its link if it succeeds later', async (t) => {
  const { connection, clock, wires, states, hanging, newest } = open(['hangs']);
  const sessions: number[] = [];
  connection.onOnline((again) => sessions.push(again.session));
  newest().end('lost');
  clock.advance(500);
  await setImmediate();
  t.deepEqual(connection.state, { state: 'connecting' });
  connection.retryNow();
  await setImmediate();
  t.true(hanging[0]?.signal.aborted);
  t.is(connection.state.state, 'online');
  hanging[0]?.go();
  await setImmediate();
  t.true(newest().closed);
  t.true(connection.link === wires[1]);
  t.deepEqual(sessions, [2]);
  t.deepEqual(
    states.map(({ state }) => state),
    ['waiting', 'connecting', 'connecting', 'online'],
  );
});

test('close() aborts a running attempt and lets an earlier link say goodbye', async (t) => {
  const { connection, clock, hanging, newest } = open(['hangs', 'hangs']);
  newest().end('lost');
  clock.advance(500);
  await setImmediate();
  hanging[0]?.go();
  await setImmediate();
  t.is(connection.state.state, 'online');
  newest().end('lost');
  clock.advance(500);
  await setImmediate();
  await connection.close();
  t.deepEqual(
    hanging.map(({ signal }) => signal.aborted),
    [false, true],
  );
  hanging[1]?.go();
  await setImmediate();
  t.true(newest().closed);
  t.deepEqual(connection.state, { state: 'closed', reason: 'closed' });
});

test('close() says goodbye once, fails waiting requests, and never reconnects', async (t) => {
  const { connection, clock, newest, wires } = open();
  await connection.close();
  await connection.close();
  t.true(newest().closed);
  t.deepEqual(connection.state, { state: 'closed', reason: 'closed' });
  clock.advance(60_000);
  t.is(wires.length, 1);
  await t.throwsAsync(connection.request('ping', {}, { wait: true }), { instanceOf: ClientError });
});

test('close() ends the wait for a link', async (t) => {
  const { connection, clock, newest } = open();
  newest().end('lost');
  const asked = connection.request('ping', {}, { wait: true });
  await connection.close();
  await t.throwsAsync(asked, { instanceOf: ClientError, code: 'unreachable' });
  t.deepEqual(clock.pending(), []);
});

test('events before the first listener are kept', (t) => {
  const { connection, newest } = open();
  const event = { method: 'presence' as const, params: { name: 'bob', online: true, away: false } };
  newest().onMessage(encodeEvent(event.method, event.params));
  const heard: Event[] = [];
  const end = connection.onEvent((e) => heard.push(e));
  newest().onMessage(encodeEvent(event.method, event.params));
  end();
  newest().onMessage(encodeEvent(event.method, event.params));
  t.deepEqual(heard, [event, event]);
});
