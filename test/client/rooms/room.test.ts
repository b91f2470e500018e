import test, { type ExecutionContext } from 'ava';
import type { ClientBus } from '../../../src/client/events/client-bus.ts';
import { roomRef } from '../../../src/client/notes/conversation-ref.ts';
import { Room } from '../../../src/client/rooms/room.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { forgedLobby } from '../../helpers/client/forged-lobby.ts';
import { person } from '../../helpers/protocol/people.ts';

/** A lobby with an epoch of Bob's at place 10. Alice has accepted Mallory's key, too. */
async function lobbyWithEpoch(t: ExecutionContext) {
  const lobby = await forgedLobby(t);
  lobby.accepted.add(lobby.mallory);
  const ref = roomRef(lobby.room, '#lobby');
  const openRoom = () => Room.open(lobby.context, {} as ClientBus, { othersOnline: () => 0 } as never, ref);
  const keys = await lobby.open();
  const epoch = await lobby.made(lobby.bob);
  await keys.take(epoch.entry);
  return { ...lobby, epoch, openRoom };
}

test('a message of a member under an epoch before it opens', async (t) => {
  const { bob, epoch, said, openRoom } = await lobbyWithEpoch(t);
  const room = await openRoom();
  const { body } = await room.open(await said(bob, epoch, 11));
  t.deepEqual(body.content, { kind: 'text', text: 'hello' });
});

test('attack: a message at a place where its author was no member, or before its epoch, is refused', async (t) => {
  const { bob, epoch, said, moves, openRoom } = await lobbyWithEpoch(t);
  const noMember = { instanceOf: ProtocolError, message: 'its author was no member of the room' };
  const room = await openRoom();
  for (const [who, at] of [
    [await person('carol'), 11],
    [bob, 3],
  ] as const)
    await t.throwsAsync(room.open(await said(who, epoch, at)), noMember, `${who.name} at ${at}`);
  const early = { instanceOf: ProtocolError, message: /its epoch was made later/ };
  await t.throwsAsync(room.open(await said(bob, epoch, 9)), early);
  await moves('leave', bob, 12);
  await t.throwsAsync((await openRoom()).open(await said(bob, epoch, 13)), noMember);
});

test('attack: a message under an epoch after which a member left is refused, and one before the departure opens', async (t) => {
  const { bob, mallory, epoch, said, moves, openRoom } = await lobbyWithEpoch(t);
  await moves('leave', bob, 12);
  const room = await openRoom();
  t.deepEqual((await room.open(await said(mallory, epoch, 11))).body.content, { kind: 'text', text: 'hello' });
  const left = { instanceOf: ProtocolError, message: /a member had left since/ };
  await t.throwsAsync(room.open(await said(mallory, epoch, 13)), left);
});

test("attack: a message in another's name, or of another room, is refused", async (t) => {
  const { bob, mallory, epoch, said, openRoom } = await lobbyWithEpoch(t);
  const room = await openRoom();
  const refused = { instanceOf: ProtocolError, code: 'room' } as const;
  await t.throwsAsync(room.open(await said({ ...bob, identity: mallory.identity }, epoch, 11)), refused);
  await t.throwsAsync(room.open(await said(bob, epoch, 11, { room: new Uint8Array(32) })), refused);
});
