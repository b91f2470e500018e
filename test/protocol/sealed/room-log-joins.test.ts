import test from 'ava';
import { systemRandom } from '../../../src/platform/random.ts';
import { identityFp } from '../../../src/protocol/account/card.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { encodeJoinBody } from '../../../src/protocol/sealed/room-bodies.ts';
import { createLobby, RoomLog, signLogEntry } from '../../../src/protocol/sealed/room-log.ts';
import { fixtureKey } from '../../fixtures/keys.ts';

const daemonId = new Uint8Array(32).fill(1);
const sign = fixtureKey('daemon-sign');
const alice = fixtureKey('alice-identity');

async function lobby(): Promise<{ log: RoomLog; room: Uint8Array }> {
  const { room, entry } = await createLobby(inlineRsa, sign, daemonId, '#lobby', 1, systemRandom);
  const log = new RoomLog(sign.spki, daemonId);
  log.append(entry, () => null);
  return { log, room };
}

async function join(log: RoomLog, room: Uint8Array, sigSpki: Uint8Array, invitation?: Uint8Array) {
  const idFp = identityFp('alice', alice.spki);
  return signLogEntry(inlineRsa, alice, {
    room,
    n: log.n + 1,
    prev: log.head,
    op: 'join',
    subject: { name: 'alice', idFp },
    actor: idFp,
    time: 2,
    body: encodeJoinBody({ sigSpki, ...(invitation && { invitation }) }),
  });
}

test('a join is verified with the key in it, even if the account is unknown', async (t) => {
  const { log, room } = await lobby();
  log.append(await join(log, room, alice.spki), () => null);
  t.true(log.isMember(identityFp('alice', alice.spki)));
});

test('a join without the key, or with the key of another person, is refused', async (t) => {
  const { log, room } = await lobby();
  const bodies = [new Uint8Array(), fixtureKey('bob-identity').spki, alice.spki.subarray(1)];
  for (const body of bodies) {
    const entry = await join(log, room, body);
    t.throws(() => log.append(entry, () => alice.spki), { code: 'room' });
  }
  const entry = await join(log, room, alice.spki);
  t.throws(() => log.append(entry, () => fixtureKey('bob-identity').spki), { code: 'room' });
  const invited = await join(log, room, alice.spki, new Uint8Array(32).fill(1));
  t.throws(() => log.append(invited, () => null), { code: 'room' }, 'the lobby has no invitations');
  t.is(log.members.size, 0);
});
