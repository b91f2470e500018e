import { equal } from '../../../protocol/base/bytes.ts';
import { Refusal } from '../../../protocol/base/errors.ts';
import { parseRoomMessage } from '../../../protocol/sealed/room-message.ts';
import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

/** Posts a room message. Does not wait before it calls the store, so that messages of one device keep their order. */
export const say: Handler<'say'> = async ({ store, rooms, config, defer }, session, { room: id, message, file }) => {
  const author = personOf(session);
  const room = rooms.get(id);
  const header = parseRoomMessage(message);
  if (!equal(header.room, room.id) || !equal(header.from, author.idFp)) {
    throw new Refusal('bad-request', 'the message is for another room or from another identity: seal it again');
  }
  const { msgId, device, seq: n, epochId } = header;
  const quota = config.messageQuota;
  const entry = { conversation: room.id, author, id: msgId, device, n, bytes: message, file, quota, epochId };
  const { seq, at, duplicate } = await store.appendMessage(entry);
  if (!duplicate) rooms.post(room, { seq, at, from: author.name, bytes: message, file }, defer);
  return { seq, at };
};
