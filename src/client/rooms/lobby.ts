/** The lobby: the room that every account is in. The daemon names it at each login; the profile pins it at the first one. */
import { hex } from '../../protocol/base/bytes.ts';
import { LOBBY } from '../../protocol/base/safe-text.ts';
import { ClientError } from '../errors.ts';
import type { ClientContext } from '../login/client-context.ts';
import { type RoomRef, roomRef } from '../notes/conversation-ref.ts';

/** @throws ClientError 'untrusted' when the daemon names another room than the one that was pinned */
export async function pinnedLobby({ connection, profile, account }: ClientContext): Promise<RoomRef> {
  const { lobby } = connection.welcome;
  const { db } = profile;
  await db.run("UPDATE chat_accounts SET lobby = ? WHERE account = ? AND lobby = ''", [hex(lobby), account]);
  const [row] = await db.all('SELECT lobby FROM chat_accounts WHERE account = ?', [account]);
  if (row?.lobby !== hex(lobby))
    throw new ClientError('untrusted', 'the daemon shows another lobby than before; ask its operator');
  return roomRef(lobby, LOBBY);
}
