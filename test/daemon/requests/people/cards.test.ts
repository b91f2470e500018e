import test from 'ava';
import { whisper } from '../../../../src/daemon/requests/messages/whisper.ts';
import { cards } from '../../../../src/daemon/requests/people/cards.ts';
import { logAppend } from '../../../../src/daemon/requests/rooms/log-append.ts';
import { inlineRsa } from '../../../../src/protocol/crypto/rsa-pool.ts';
import { sealNote } from '../../../../src/protocol/sealed/note.ts';
import { fakeAccounts, lobbyEntry, openTestDaemon } from '../../../helpers/daemon/daemon-people.ts';

const NONE = new Uint8Array(32);

test('the cards of a person whose account is gone are given to those who share a private conversation with them', async (t) => {
  const daemon = await openTestDaemon(t);
  const { context, rooms, alice, bob, carol, login } = daemon;
  for (const name of ['alice', 'carol'] as const) {
    const entry = await lobbyEntry(daemon, daemon[name], 'join');
    await logAppend(context, login(name).session, { room: rooms.lobby.id, entry });
  }
  const content = { kind: 'text', text: 'hello' } as const;
  const place = { device: 1, seq: 1, prev: NONE, seen: NONE, sentAt: 1, noteId: new Uint8Array(16), life: 0 };
  const about = { daemonId: context.identity.daemonId, identity: alice.identity, from: alice.card, to: bob.card };
  const { note } = await sealNote(inlineRsa, { ...about, ...place, content });
  await whisper(context, login('alice').session, { to: 'bob', note, file: null });
  const gone = { ...context, accounts: fakeAccounts([bob, carol]) };
  const ask = (by: 'bob' | 'carol', name: string) => cards(gone, login(by).session, { name, from: 1 });
  t.deepEqual(Buffer.from((await ask('bob', 'alice')).cards[0] ?? []), Buffer.from(alice.cardBytes));
  await t.throwsAsync(ask('bob', 'nobody'), { code: 'no-such-user' });
  await t.throwsAsync(ask('carol', 'alice'), { code: 'no-such-user' }, 'she only was in the lobby with her');
  const damaged = fakeAccounts([bob, carol]);
  damaged.isUnreadable = () => true;
  const asked = cards({ ...context, accounts: damaged }, login('bob').session, { name: 'alice', from: 1 });
  await t.throwsAsync(asked, { code: 'no-such-user' }, 'as long as the account may come back');
});
