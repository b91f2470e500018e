/** The lobby as a lying daemon shows it to Alice's client: its log, epochs and messages, each at any place. */
import { randomBytes } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import type { ClientContext } from '../../../src/client/login/client-context.ts';
import { RoomKeys } from '../../../src/client/rooms/room-keys.ts';
import { RoomMembers } from '../../../src/client/rooms/room-members.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { mintEpoch } from '../../../src/protocol/sealed/epoch.ts';
import { encodeJoinBody } from '../../../src/protocol/sealed/room-bodies.ts';
import { createLobby, signLogEntry } from '../../../src/protocol/sealed/room-log.ts';
import { sealRoomMessage } from '../../../src/protocol/sealed/room-message.ts';
import type { Entry } from '../../../src/protocol/wire/fields.ts';
import { fixtureKey } from '../../fixtures/keys.ts';
import { DAEMON_ID, NO_HASH, type Person, person, T0 } from '../protocol/people.ts';
import { openProfile } from './profile.ts';

export type MadeEpoch = { entry: Entry; id: string; key: Uint8Array };

/** Alice joins at 2, Bob, whose key she accepted, at 3, and Mallory, whose key she did not, at 4. */
export async function forgedLobby(t: ExecutionContext) {
  const [alice, bob, mallory] = await Promise.all([person('alice'), person('bob'), person('mallory')]);
  const sign = fixtureKey('daemon-sign');
  const { room, entry } = await createLobby(inlineRsa, sign, DAEMON_ID, '#lobby', 1, systemRandom);
  const accepted = new Set([alice, bob]);
  const spkiOf = async (idFp: Uint8Array) =>
    [...accepted].find((one) => hex(one.idFp) === hex(idFp))?.identity.spki ?? null;
  const context = {
    profile: await openProfile(t),
    keyring: { me: alice, encryptionKeys: () => [alice.mine], sigSpkiOf: spkiOf, acceptedSpki: spkiOf },
    connection: { onState: () => {} },
    rsa: inlineRsa,
    daemonId: DAEMON_ID,
    daemonSignSpki: sign.spki,
    account: 'a',
  } as unknown as ClientContext;
  const place = (seq: number, kind: Entry['kind'], bytes: Uint8Array): Entry => {
    return { seq, at: T0, kind, from: null, bytes, file: null, keys: [] };
  };
  const members = await RoomMembers.load(context, room);
  await members.take([place(1, 'log', entry)]);
  /** `who` joins or leaves at this place. */
  const moves = async (op: 'join' | 'leave', who: Person, seq: number): Promise<void> => {
    const body = op === 'join' ? encodeJoinBody({ sigSpki: who.identity.spki }) : new Uint8Array();
    const chain = { room, n: members.log.n + 1, prev: members.log.head, time: T0, body };
    const about = { ...chain, op, subject: { name: who.name, idFp: who.idFp }, actor: who.idFp };
    await members.take([place(seq, 'log', await signLogEntry(inlineRsa, who.identity, about))]);
  };
  for (const [i, who] of [alice, bob, mallory].entries()) await moves('join', who, 2 + i);
  let prev = NO_HASH;
  let seq = 10;
  /** The next epoch, from place 10 on. */
  const made = async (by: Person, { logHead = members.log.head } = {}): Promise<MadeEpoch> => {
    const minted = await mintEpoch(inlineRsa, {
      ...{ room, logHead, epochPrev: prev, time: T0, random: systemRandom, info: null, before: null },
      maker: { ...by.identity, idFp: by.idFp },
      members: [alice.card, bob.card, mallory.card],
    });
    prev = minted.epochId;
    const keys = minted.keys.slice(0, 1).map(({ chunk }) => ({ kind: 'chunk' as const, bytes: chunk }));
    return { entry: { ...place(seq++, 'epoch', minted.epoch), keys }, id: hex(minted.epochId), key: minted.key };
  };
  /** A message under this epoch at a place. */
  const said = async (by: Person, { id, key }: MadeEpoch, at: number, o: { room?: Uint8Array } = {}) => {
    const chain = { device: 1, seq: 1, msgId: randomBytes(16), prev: NO_HASH, seen: [], logHead: members.log.head };
    const { message } = await sealRoomMessage(inlineRsa, {
      ...{ room, epochId: Buffer.from(id, 'hex'), key, identity: by.identity, from: by.idFp, ...chain, ...o },
      ...{ life: 0, sentAt: T0, content: { kind: 'text', text: 'hello' }, random: systemRandom },
    });
    return place(at, 'message', message);
  };
  const open = () => RoomKeys.load(context, members);
  return { accepted, alice, bob, mallory, context, room, moves, made, said, open };
}
