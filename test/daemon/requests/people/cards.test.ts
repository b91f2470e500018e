import test from 'ava';
import { cards } from '../../../../src/daemon/requests/people/cards.ts';
import { logAppend } from '../../../../src/daemon/requests/rooms/log-append.ts';
import { fakeAccounts, lobbyEntry, openTestDaemon } from '../../../helpers/daemon/daemon-people.ts';

test('the cards of a person whose account is gone are given to those who share a conversation with them', async (t) => {
  const daemon = await openTestDaemon(t);
  const { context, rooms, alice, bob, carol, login } = daemon;
  for (const name of ['alice', 'bob'] as const) {
    const entry = await lobbyEntry(daemon, daemon[name], 'join');
    await logAppend(context, login(name).session, { room: rooms.lobby.id, entry });
  }
  const gone = { ...context, accounts: fakeAccounts([bob, carol]) };
  const ask = (by: 'bob' | 'carol', name: string) => cards(gone, login(by).session, { name, from: 1 });
  t.deepEqual(Buffer.from((await ask('bob', 'alice')).cards[0] ?? []), Buffer.from(alice.cardBytes));
  await t.throwsAsync(ask('bob', 'nobody'), { code: 'no-such-user' });
  await t.throwsAsync(ask('carol', 'alice'), { code: 'no-such-user' }, 'she never was in the lobby');
  const damaged = fakeAccounts([bob, carol]);
  damaged.isUnreadable = () => true;
  const asked = cards({ ...context, accounts: damaged }, login('bob').session, { name: 'alice', from: 1 });
  await t.throwsAsync(asked, { code: 'no-such-user' }, 'as long as the account may come back');
});
