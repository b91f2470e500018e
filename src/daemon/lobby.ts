import { createLobby, parseLogEntry } from '../protocol/room-log.ts';
import { LOBBY } from '../protocol/text.ts';
import type { Context } from './context.ts';

/** The conversation id of the lobby, which is made on the first start. */
export async function openLobby(parts: Pick<Context, 'store' | 'rsa' | 'clock' | 'identity'>): Promise<Uint8Array> {
  const { store, rsa, clock, identity } = parts;
  const found = (await store.rooms({})).find(({ name }) => name === LOBBY);
  if (found !== undefined) return found.room;
  const { keys, daemonId } = identity;
  const { room, entry } = await createLobby(rsa, keys.sign, daemonId, LOBBY, clock.now());
  await store.createRoom({ room, name: LOBBY, entry, hash: parseLogEntry(entry).hash });
  return room;
}
