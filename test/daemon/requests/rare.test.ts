import test from 'ava';
import { figures } from '../../../src/daemon/limits.ts';
import { cardPut } from '../../../src/daemon/requests/card-put.ts';
import { epochBegin } from '../../../src/daemon/requests/epoch-begin.ts';
import { logAppend } from '../../../src/daemon/requests/log-append.ts';
import { Refusal } from '../../../src/protocol/errors.ts';
import { daemonOf, lobbyEntry } from '../../helpers/daemon-people.ts';

const limited = { instanceOf: Refusal, code: 'rate-limited' };

test('attack: a member who leaves and joins for ever makes the log grow no further, and can still join', async (t) => {
  const daemon = await daemonOf(t, ['alice']);
  const { session } = daemon.login('alice');
  const append = async (op: 'join' | 'leave') =>
    logAppend(daemon.context, session, {
      room: daemon.rooms.lobby.id,
      entry: await lobbyEntry(daemon, daemon.alice, op),
    });
  for (let i = 0; i < figures.leaves.burst; i++) {
    await append('join');
    await append('leave');
  }
  await append('join');
  const { n } = daemon.rooms.lobby.head;
  await t.throwsAsync(append('leave'), limited);
  t.is(daemon.rooms.lobby.head.n, n);
});

test('attack: cards and epochs without end', async (t) => {
  const daemon = await daemonOf(t, ['alice', 'bob']);
  const { session } = daemon.login('alice');
  const card = daemon.alice.cardBytes;
  for (let i = 0; i < figures.cards.burst; i++) await cardPut(daemon.context, session, { card });
  await t.throwsAsync(cardPut(daemon.context, session, { card }), limited);
  const room = daemon.rooms.lobby.id;
  const begin = () => epochBegin(daemon.context, session, { room, epoch: new Uint8Array(8), members: 1 });
  for (let i = 0; i < figures.epochs.burst; i++)
    await t.throwsAsync(begin(), { instanceOf: Refusal, code: 'not-permitted' });
  await t.throwsAsync(begin(), limited);
  await cardPut(daemon.context, daemon.login('bob').session, { card: daemon.bob.cardBytes });
});
