import { randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { systemRandom } from '../../../src/platform/random.ts';
import { CARD_LIFE_MS } from '../../../src/protocol/account/card.ts';
import { concat, equal, H } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { sealToPerson } from '../../../src/protocol/crypto/person-seal.ts';
import { OAEP_MAX } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import {
  type Epoch,
  memberSetHash,
  mintEpoch,
  openEpoch,
  openEpochKey,
  openGrant,
  parseEpoch,
  sealGrant,
} from '../../../src/protocol/sealed/epoch.ts';
import { damaged, patched } from '../../helpers/protocol/damage.ts';
import { innerChunks, wrapped } from '../../helpers/protocol/inner-chunks.ts';
import { NO_HASH, type Person, person, T0 } from '../../helpers/protocol/people.ts';

const refused = { instanceOf: ProtocolError, code: 'room', message: 'a room key was refused' };
const [alice, bob, carol, mallory] = [
  await person('alice'),
  await person('bob'),
  await person('carol'),
  await person('mallory'),
];
const room = new Uint8Array(32).fill(0x20);

function mint(maker: Person, change: { room?: Uint8Array; time?: number } = {}) {
  const { room: id = room, time = T0 } = change;
  const about = { room: id, logHead: new Uint8Array(32).fill(0x30), epochPrev: NO_HASH, time };
  const members = [alice.card, bob.card];
  return mintEpoch(inlineRsa, {
    ...about,
    maker: { ...maker.identity, idFp: maker.idFp },
    members,
    random: systemRandom,
    info: null,
    before: null,
  });
}

const minted = await mint(alice);
const epoch = openEpoch(minted.epoch, alice.identity.spki);
const grant = await sealGrant(inlineRsa, epoch, minted.key, carol.card);
const chunkOf = (keys: { idFp: Uint8Array; chunk: Uint8Array }[], who: Person) =>
  keys.find(({ idFp }) => equal(idFp, who.idFp))?.chunk ?? new Uint8Array();

test('each member opens the same key', async (t) => {
  t.is(minted.keys.length, 2);
  t.like(epoch, { time: T0, epochId: minted.epochId });
  t.true(equal(epoch.maker, alice.idFp) && equal(epoch.room, room));
  for (const who of [alice, bob])
    t.true(equal(await openEpochKey(inlineRsa, epoch, chunkOf(minted.keys, who), who.mine), minted.key));
});

test('a newcomer opens a granted key', async (t) => {
  t.true(equal(await openGrant(inlineRsa, epoch, grant, carol.mine), minted.key));
  t.true(grant.length <= 2048, 'fits the wire');
});

test('the member set hash depends on every key and not on the order', (t) => {
  const set = [alice.card, bob.card];
  t.deepEqual(memberSetHash(set), memberSetHash([bob.card, alice.card]));
  t.true(equal(memberSetHash(set), epoch.memberSetHash));
  for (const other of [
    [alice.card],
    [alice.card, carol.card],
    [alice.card, bob.card, bob.card],
    [alice.card, { ...bob.card, ekFp: carol.card.ekFp }],
  ])
    t.notDeepEqual(memberSetHash(set), memberSetHash(other));
});

test('a damaged epoch is refused', (t) => {
  fc.assert(
    fc.property(damaged(minted.epoch), (bytes) => {
      t.throws(() => openEpoch(bytes, alice.identity.spki), refused);
    }),
    { numRuns: 300 },
  );
});

test('a damaged chunk or grant is refused', async (t) => {
  const chunk = chunkOf(minted.keys, bob);
  await fc.assert(
    fc.asyncProperty(damaged(chunk), damaged(grant), async (badChunk, badGrant) => {
      await t.throwsAsync(openEpochKey(inlineRsa, epoch, badChunk, bob.mine), refused);
      await t.throwsAsync(openGrant(inlineRsa, epoch, badGrant, carol.mine), refused);
    }),
  );
});

test('an epoch signed by another person in the name of a member is refused', async (t) => {
  const forged = await mintEpoch(inlineRsa, {
    ...parseEpoch(minted.epoch),
    maker: { ...mallory.identity, idFp: alice.idFp },
    members: [alice.card, bob.card],
    random: systemRandom,
    info: null,
    before: null,
  });
  t.is(parseEpoch(forged.epoch).time, T0);
  t.throws(() => openEpoch(forged.epoch, alice.identity.spki), refused);
});

test('a room key replayed in another epoch or room, or to another member, is refused', async (t) => {
  const later = await mint(alice, { time: T0 + 1 });
  const elsewhere = await mint(alice, { room: new Uint8Array(32).fill(0x21) });
  const old = chunkOf(minted.keys, bob);
  for (const other of [later, elsewhere])
    await t.throwsAsync(openEpochKey(inlineRsa, openEpoch(other.epoch, alice.identity.spki), old, bob.mine), refused);
  await t.throwsAsync(openEpochKey(inlineRsa, epoch, old, carol.mine), refused);
  await t.throwsAsync(openEpochKey(inlineRsa, epoch, old, { ...bob.mine, ekFp: carol.card.ekFp }), refused);
  for (const other of [later, elsewhere])
    await t.throwsAsync(openGrant(inlineRsa, openEpoch(other.epoch, alice.identity.spki), grant, carol.mine), refused);
  const redirected = patched(grant, 65, bob.idFp);
  await t.throwsAsync(openGrant(inlineRsa, epoch, redirected, bob.mine), refused);
  await t.throwsAsync(openGrant(inlineRsa, epoch, redirected, carol.mine), refused);
});

test('a wrong key for a newcomer or a member is noticed', async (t) => {
  const wrong = await sealGrant(inlineRsa, epoch, randomBytes(32), carol.card);
  await t.throwsAsync(openGrant(inlineRsa, epoch, wrong, carol.mine), refused);
  const plain = new Uint8Array(OAEP_MAX);
  const binder = H('epochchunk', epoch.epochId, bob.card.ekFp).subarray(0, 16);
  const sealed = async (key: Uint8Array, end = 0) => {
    plain.set(concat(binder, key, epoch.epochId));
    plain[OAEP_MAX - 1] = end;
    const context = H('epochwrap', epoch.epochId, bob.idFp);
    return sealToPerson({ to: bob.card, context, chunks: [plain] });
  };
  t.true(equal(await openEpochKey(inlineRsa, epoch, await sealed(minted.key), bob.mine), minted.key));
  await t.throwsAsync(openEpochKey(inlineRsa, epoch, await sealed(randomBytes(32)), bob.mine), refused);
  await t.throwsAsync(openEpochKey(inlineRsa, epoch, await sealed(minted.key, 1), bob.mine), refused, 'padding');
});

test("a newcomer refuses Mallory's own epoch as the current one", async (t) => {
  const hers = await mint(mallory);
  const hersOpened: Epoch = openEpoch(hers.epoch, mallory.identity.spki);
  const granted = await sealGrant(inlineRsa, hersOpened, hers.key, carol.card);
  await t.throwsAsync(openGrant(inlineRsa, epoch, granted, carol.mine), refused);
});

test('attack: a chunk moved to another epoch or member, or a grant moved to another epoch, is refused', async (t) => {
  const later = await mint(alice, { time: T0 + 1 });
  const laterOpened = openEpoch(later.epoch, alice.identity.spki);
  await t.throwsAsync(openEpochKey(inlineRsa, laterOpened, chunkOf(minted.keys, bob), bob.mine), refused);
  await t.throwsAsync(openEpochKey(inlineRsa, epoch, chunkOf(later.keys, bob), bob.mine), refused);
  // The same key under another identity: the context holds the idFp.
  const asAlice = { ...bob.mine, idFp: alice.idFp };
  await t.throwsAsync(openEpochKey(inlineRsa, epoch, chunkOf(minted.keys, bob), asAlice), refused);
  const header = (await sealGrant(inlineRsa, laterOpened, later.key, carol.card)).subarray(0, -1520);
  await t.throwsAsync(openGrant(inlineRsa, laterOpened, concat(header, grant.subarray(-1520)), carol.mine), refused);
});

test('a chunk is not accepted as a grant, nor a grant as a chunk', async (t) => {
  const own = await sealGrant(inlineRsa, epoch, minted.key, bob.card);
  t.true(equal(await openGrant(inlineRsa, epoch, own, bob.mine), minted.key));
  const header = own.subarray(0, -1520);
  await t.throwsAsync(openGrant(inlineRsa, epoch, concat(header, chunkOf(minted.keys, bob)), bob.mine), refused);
  await t.throwsAsync(openEpochKey(inlineRsa, epoch, own.subarray(-1520), bob.mine), refused);
});

test('attack: with X-Wing broken, an RSA chunk still opens in no other place', async (t) => {
  const own = await sealGrant(inlineRsa, epoch, minted.key, bob.card);
  const header = own.subarray(0, -1520);
  const places = {
    chunk: H('epochwrap', epoch.epochId, bob.idFp),
    grant: H('grantwrap', H('granthdr', header)),
  };
  const fromChunk = innerChunks(chunkOf(minted.keys, bob), bob.mine, places.chunk);
  const fromGrant = innerChunks(own.subarray(-1520), bob.mine, places.grant);
  const asChunk = (inner: Uint8Array[]) =>
    openEpochKey(inlineRsa, epoch, wrapped(bob.card, places.chunk, inner), bob.mine);
  const asGrant = (inner: Uint8Array[]) =>
    openGrant(inlineRsa, epoch, concat(header, wrapped(bob.card, places.grant, inner)), bob.mine);
  t.true(equal(await asChunk(fromChunk), minted.key) && equal(await asGrant(fromGrant), minted.key));
  await t.throwsAsync(asChunk(fromGrant), refused);
  await t.throwsAsync(asGrant(fromChunk), refused);
});

test('a member with an expired card counts, but nothing is sealed to it', async (t) => {
  const late = await mint(alice, { time: T0 + CARD_LIFE_MS + 1 });
  t.deepEqual(late.keys, []);
  t.true(equal(parseEpoch(late.epoch).memberSetHash, epoch.memberSetHash));
});
