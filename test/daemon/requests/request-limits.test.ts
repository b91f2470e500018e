import test from 'ava';
import type { Context } from '../../../src/daemon/context.ts';
import { limitValues } from '../../../src/daemon/limits/limits.ts';
import { recordFinish } from '../../../src/daemon/requests/login/record-finish.ts';
import { cardPut } from '../../../src/daemon/requests/people/card-put.ts';
import { logAppend } from '../../../src/daemon/requests/rooms/log-append.ts';
import { Sessions } from '../../../src/daemon/sessions/sessions.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { lobbyEntry, openTestDaemon } from '../../helpers/daemon/daemon-people.ts';

const limited = { instanceOf: Refusal, code: 'rate-limited' };

test('attack: a member who leaves and joins again and again makes the log grow no further, and can still join', async (t) => {
  const daemon = await openTestDaemon(t, ['alice']);
  const { session } = daemon.login('alice');
  const append = async (op: 'join' | 'leave') =>
    logAppend(daemon.context, session, {
      room: daemon.rooms.lobby.id,
      entry: await lobbyEntry(daemon, daemon.alice, op),
    });
  for (let i = 0; i < limitValues.leaves.burst; i++) {
    await append('join');
    await append('leave');
  }
  await append('join');
  const { n } = daemon.rooms.lobby.head;
  await t.throwsAsync(append('leave'), limited);
  t.is(daemon.rooms.lobby.head.n, n);
});

test('attack: departures from unknown rooms take nothing from the limits', async (t) => {
  const daemon = await openTestDaemon(t, ['alice']);
  const { session } = daemon.login('alice');
  const { leaves, leavesOfRoom } = daemon.context.limits;
  const entry = await lobbyEntry(daemon, daemon.alice, 'leave');
  const leave = () => logAppend(daemon.context, session, { room: new Uint8Array(32), entry });
  await t.throwsAsync(leave(), { instanceOf: Refusal, code: 'no-such-conversation' });
  t.deepEqual([leaves.size, leavesOfRoom.size], [0, 0]);
});

test('attack: refused departures and a resent one take nothing from the limits', async (t) => {
  const daemon = await openTestDaemon(t, ['alice']);
  const { session } = daemon.login('alice');
  const { id: room } = daemon.rooms.lobby;
  await logAppend(daemon.context, session, { room, entry: await lobbyEntry(daemon, daemon.alice, 'join') });
  const { head } = daemon.rooms.lobby;
  const far = await lobbyEntry(daemon, daemon.alice, 'leave', { ...head, n: head.n + 5 });
  const refused = { instanceOf: Refusal, code: 'conflict' };
  for (let i = 0; i <= limitValues.leavesOfRoom.burst; i++)
    await t.throwsAsync(logAppend(daemon.context, session, { room, entry: far }), refused);
  const entry = await lobbyEntry(daemon, daemon.alice, 'leave');
  const left = await logAppend(daemon.context, session, { room, entry });
  for (let i = 0; i <= limitValues.leavesOfRoom.burst; i++)
    t.deepEqual(await logAppend(daemon.context, session, { room, entry }), left);
  for (let i = 1; i < limitValues.leavesOfRoom.burst; i++)
    for (const op of ['join', 'leave'] as const)
      await logAppend(daemon.context, session, { room, entry: await lobbyEntry(daemon, daemon.alice, op) });
});

test('attack: new cards are limited', async (t) => {
  const daemon = await openTestDaemon(t, ['alice', 'bob']);
  const { session } = daemon.login('alice');
  const card = daemon.alice.cardBytes;
  for (let i = 0; i < limitValues.cards.burst; i++) await cardPut(daemon.context, session, { card });
  await t.throwsAsync(cardPut(daemon.context, session, { card }), limited);
  await cardPut(daemon.context, daemon.login('bob').session, { card: daemon.bob.cardBytes });
});

test('attack: password changes are limited', async (t) => {
  const daemon = await openTestDaemon(t, ['alice', 'bob']);
  const { accounts } = daemon.context;
  let written = 0;
  const replaceRecord = async (name: string) => {
    written += 1;
    return accounts.find(name);
  };
  const context = { ...daemon.context, accounts: { ...accounts, replaceRecord }, sessions: new Sessions() };
  const record = Buffer.alloc(192).toString('base64url');
  const change = (name: 'alice' | 'bob') => {
    const { session } = daemon.login(name);
    session.attempt = { kind: 'record' };
    return recordFinish(context as unknown as Context, session, { record, card: null });
  };
  for (let i = 0; i < limitValues.passwords.burst; i++) await t.notThrowsAsync(change('alice'));
  await t.throwsAsync(change('alice'), limited);
  await t.notThrowsAsync(change('bob'));
  t.is(written, limitValues.passwords.burst + 1);
});
