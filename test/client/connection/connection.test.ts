import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import type { LinkState } from '../../../src/client/types.ts';
import { type Event, encodeEvent, encodeResult } from '../../../src/protocol/wire/codec.ts';
import { away, reconnecting } from '../../helpers/client/reconnecting.ts';

test('a lost link is reconnected and reported', async (t) => {
  const { connection, clock, states, newest } = reconnecting();
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
  const { connection, clock, newest } = reconnecting(Array.from({ length: 8 }, away));
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
  const { connection, clock, states, newest } = reconnecting(['dies'], 'dies');
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
  const { connection, clock, newest } = reconnecting();
  newest().end('lost');
  const asked = connection.request('ping', {}, { wait: true });
  clock.advance(500);
  await setImmediate();
  t.deepEqual(newest().sent, [[0, 1, 'ping', {}]]);
  newest().onMessage(encodeResult('ping', 1, { at: 9 }));
  t.deepEqual(await asked, { at: 9 });
});

test('retryNow() does not wait', async (t) => {
  const { connection, newest } = reconnecting();
  newest().end('lost');
  connection.retryNow();
  await setImmediate();
  t.is(connection.state.state, 'online');
});

test('retryNow() abandons a hanging attempt, and closes its link if it succeeds later', async (t) => {
  const { connection, clock, wires, states, hanging, newest } = reconnecting(['hangs']);
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
  const { connection, clock, hanging, newest } = reconnecting(['hangs', 'hangs']);
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
  const { connection, clock, newest, wires } = reconnecting();
  await connection.close();
  await connection.close();
  t.true(newest().closed);
  t.deepEqual(connection.state, { state: 'closed', reason: 'closed' });
  clock.advance(60_000);
  t.is(wires.length, 1);
  await t.throwsAsync(connection.request('ping', {}, { wait: true }), { instanceOf: ClientError });
});

test('close() ends the wait for a link', async (t) => {
  const { connection, clock, newest } = reconnecting();
  newest().end('lost');
  const asked = connection.request('ping', {}, { wait: true });
  await connection.close();
  await t.throwsAsync(asked, { instanceOf: ClientError, code: 'unreachable' });
  t.deepEqual(clock.pending(), []);
});

test('events before the first listener are kept', (t) => {
  const { connection, newest } = reconnecting();
  const event = { method: 'presence' as const, params: { name: 'bob', online: true, away: false } };
  newest().onMessage(encodeEvent(event.method, event.params));
  const heard: Event[] = [];
  const end = connection.onEvent((e) => heard.push(e));
  newest().onMessage(encodeEvent(event.method, event.params));
  end();
  newest().onMessage(encodeEvent(event.method, event.params));
  t.deepEqual(heard, [event, event]);
});
