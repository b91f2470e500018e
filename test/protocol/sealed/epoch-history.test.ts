/** Epochs of rooms whose name is secret or whose history is shared: their headers hold both, sealed. */
import { randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { systemRandom } from '../../../src/platform/random.ts';
import { equal } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { RSA_BYTES } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import {
  type EpochKey,
  isKeyOf,
  mintEpoch,
  openBefore,
  openEpoch,
  parseEpoch,
} from '../../../src/protocol/sealed/epoch.ts';
import { infoCommitment, openInfo, type RoomInfo } from '../../../src/protocol/sealed/room-info.ts';
import { NO_HASH, person, T0 } from '../../helpers/protocol/people.ts';

const refused = { instanceOf: ProtocolError, code: 'room', message: 'a room key was refused' };
const alice = await person('alice');
const place = { room: randomBytes(32), logHead: randomBytes(32) };
const entry = randomBytes(32);
const team: RoomInfo = { nonce: randomBytes(16), name: 'team', topic: 'plans' };

async function mint(epochPrev: Uint8Array, before: EpochKey | null, info: RoomInfo | null = team) {
  const minted = await mintEpoch(inlineRsa, {
    ...{ ...place, epochPrev, time: T0, before, random: systemRandom },
    maker: { ...alice.identity, idFp: alice.idFp },
    members: [alice.card],
    info: info && { info, entry },
  });
  return { ...minted, opened: openEpoch(minted.epoch, alice.identity.spki) };
}

const first = await mint(NO_HASH, null);
const second = await mint(first.epochId, first);
const third = await mint(second.epochId, second);

test('where history is shared, the key of an epoch opens the keys of all earlier ones', (t) => {
  const toSecond = openBefore(third.opened, third.key);
  t.true(equal(toSecond?.epochId ?? NO_HASH, second.epochId) && isKeyOf(second.opened, toSecond?.key ?? NO_HASH));
  const toFirst = openBefore(second.opened, toSecond?.key ?? NO_HASH);
  t.true(equal(toFirst?.key ?? NO_HASH, first.key));
  t.is(openBefore(first.opened, first.key), null);
});

test('attack: a maker who seals a wrong earlier key is noticed by its commitment', async (t) => {
  const wrong = await mint(first.epochId, { epochId: first.epochId, key: randomBytes(32) });
  const before = openBefore(wrong.opened, wrong.key);
  t.false(isKeyOf(first.opened, before?.key ?? NO_HASH));
});

test('attack: with another key, or from another header, the earlier key does not open', (t) => {
  t.throws(() => openBefore(second.opened, first.key), refused);
  t.throws(() => openBefore({ ...second.opened, before: third.opened.before }, second.key), refused);
});

test("name and topic open under the epoch's key", (t) => {
  const o = { key: second.key, room: place.room, entry, commitment: infoCommitment(team) };
  t.is(openInfo(second.opened.info, o).name, 'team');
  t.throws(() => openInfo(second.opened.info, { ...o, key: first.key }), { code: 'room' });
  t.throws(() => openInfo(first.opened.info, o), { code: 'room' });
});

test('the lobby needs neither', async (t) => {
  const { opened, key } = await mint(NO_HASH, null, null);
  t.is(opened.info.length, 0);
  t.is(openBefore(opened, key), null);
});

test('a sealed part of another length is refused', (t) => {
  const header = third.epoch.subarray(0, -RSA_BYTES);
  const lengths = { info: 201, before: 201 + 2 + 540 };
  fc.assert(
    fc.property(fc.constantFrom(lengths.info, lengths.before), fc.nat(0xffff), (at, length) => {
      const changed = Buffer.from(third.epoch);
      fc.pre(changed.readUInt16BE(at) !== length);
      changed.writeUInt16BE(length, at);
      t.throws(() => parseEpoch(changed), refused);
    }),
  );
  t.is(header.length, 201 + 2 + 540 + 2 + 80);
});
