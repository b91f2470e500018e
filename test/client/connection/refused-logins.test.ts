import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import type { LinkState } from '../../../src/client/types.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { encodeEvent } from '../../../src/protocol/wire/codec.ts';
import { away, reconnecting } from '../../helpers/client/reconnecting.ts';

test('an error that only a person can solve is not retried', async (t) => {
  for (const error of [new ClientError('version', 'another version'), new Refusal('login-refused', 'ended')]) {
    const { connection, clock, newest } = reconnecting([error]);
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
  const { connection, clock, states, newest } = reconnecting([changed, away(), changed]);
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
  const { connection, clock, states, newest } = reconnecting([new ClientError('key-changed', 'another key')]);
  newest().end('lost');
  clock.advance(500);
  await setImmediate();
  await connection.close();
  t.deepEqual(clock.pending(), []);
  t.is(states.at(-1)?.state === 'closed' && states.at(-1), connection.state);
  t.like(connection.state, { code: 'key-changed' });
});

test('a device that was logged out says by whom, and that it needs the password', async (t) => {
  const { connection, clock, newest } = reconnecting([
    away(),
    new ClientError('login-refused', 'this device was logged out'),
  ]);
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
  const { connection, clock, newest } = reconnecting([
    null,
    new ClientError('login-refused', 'this device was logged out'),
  ]);
  newest().onMessage(encodeEvent('closing', { reason: 'ended', message: 'the server failed on a request' }));
  newest().end('closed');
  clock.advance(500);
  await setImmediate();
  newest().end('lost');
  clock.advance(500);
  await setImmediate();
  t.like(connection.state, { reason: 'this device was logged out' });
});

test('after the account was closed no other login is tried', async (t) => {
  for (const close of ['there', 'here'] as const) {
    const { connection, clock, states, newest } = reconnecting();
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
  const { connection, clock, newest } = reconnecting([new Refusal('busy', 'too much work')]);
  newest().end('closed');
  clock.advance(500);
  await setImmediate();
  t.is(connection.state.state, 'waiting');
});
