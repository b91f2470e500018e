/** From a person who is signed in to their chat: the account's part of the profile, the pinned lobby, the parts. */
import { hex } from '../protocol/base/bytes.ts';
import { LOBBY } from '../protocol/base/text.ts';
import { Cache } from './cache/cache.ts';
import { Chat, type RoomLinks } from './chat.ts';
import { ClientError } from './errors.ts';
import { type AccountContext, accountKey } from './login/account-context.ts';
import type { SignedIn } from './login/sign-in.ts';
import type { ConversationRef } from './notes/private-notes.ts';
import { Rooms } from './rooms/room-channels.ts';

/** @throws ClientError 'untrusted' when the lobby is not the one that was pinned */
export async function openChat(signedIn: SignedIn): Promise<Chat> {
  const { connection, profile, keyring, rsa, clock, daemon } = signedIn;
  const context: AccountContext = {
    connection,
    profile,
    keyring,
    rsa,
    clock,
    daemonId: daemon.daemonId,
    daemonSignSpki: daemon.signSpki,
    account: accountKey(daemon.daemonId, keyring.me.idFp),
  };
  const { lobby: room } = connection.welcome;
  const { cache, lobby } = await Cache.open(profile, context.account, room);
  if (lobby !== hex(room))
    throw new ClientError('untrusted', 'the daemon shows another lobby than before; ask its operator');
  const place: ConversationRef = { id: room, key: lobby, name: LOBBY, with: null, peer: null, base: 0 };
  return new Chat(signedIn, context, cache, place, await roomsOf(context, place));
}

async function roomsOf(context: AccountContext, place: ConversationRef): Promise<{ rooms: Rooms; links: RoomLinks }> {
  const links: RoomLinks = { chat: null };
  const rooms = await Rooms.open(context, place, {
    othersOnline: async () => (await links.chat?.people.othersOnline()) ?? false,
    found: (epoch) => links.chat?.opens(epoch),
    head: () => links.chat?.conversations.timeline(place).head ?? 0,
    notice: (text) => links.chat?.announcer.emit({ type: 'notice', text }),
  });
  return { rooms, links };
}
