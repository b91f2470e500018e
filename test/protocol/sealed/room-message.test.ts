import { createCipheriv, randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { systemRandom } from '../../../src/platform/random.ts';
import { concat, equal, H, hkdf } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import type { Content } from '../../../src/protocol/sealed/content.ts';
import { openRoomMessage, parseRoomMessage, sealRoomMessage } from '../../../src/protocol/sealed/room-message.ts';
import { damaged, patched } from '../../helpers/protocol/damage.ts';
import { NO_HASH, person, T0 } from '../../helpers/protocol/people.ts';

const refused = { instanceOf: ProtocolError, code: 'room', message: 'a room message was refused' };
const [alice, mallory] = [await person('alice'), await person('mallory')];
const [room, epochId, key] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const HEADER = 145;
const hello: Content = { kind: 'text', text: 'hello <END>\nçà 👩‍💻' };

function seal(content: Content, change: Partial<Parameters<typeof sealRoomMessage>[1]> = {}) {
  const where = {
    room,
    epochId,
    key,
    identity: alice.identity,
    from: alice.idFp,
    device: 7,
    seq: 1,
    msgId: randomBytes(16),
    life: 0,
  };
  return sealRoomMessage(inlineRsa, {
    ...where,
    prev: NO_HASH,
    seen: [],
    logHead: NO_HASH,
    sentAt: T0,
    content,
    random: systemRandom,
    ...change,
  });
}

function open(message: Uint8Array, change: Partial<Parameters<typeof openRoomMessage>[1]> = {}) {
  return openRoomMessage(message, { key, authorSpki: alice.identity.spki, room, epochId, ...change });
}

const said = await seal(hello);

test('a message opens to its content', async (t) => {
  const prev = randomBytes(32);
  const seen = [randomBytes(32), randomBytes(32)];
  const { message, hash } = await seal(hello, { prev, seen });
  const opened = open(message);
  t.deepEqual(opened.content, hello);
  t.true(equal(opened.hash, hash) && equal(opened.prev, prev));
  t.deepEqual(structuredClone(opened.seen), structuredClone(seen));
  t.like(opened, { sentAt: T0, header: { device: 7, seq: 1 } });
  t.true(equal(parseRoomMessage(message).from, alice.idFp));
  t.is(open((await seal(hello, { seen: Array.from({ length: 9 }, () => prev) })).message).seen.length, 4);
});

test('texts of every length open, and the size of the message shows the length only roughly', async (t) => {
  const sizes = new Set<number>();
  for (const length of [1, 50, 51, 52, 562, 563, 1586, 1587, 3634, 3635, 4096]) {
    const content: Content = { kind: 'text', text: 'x'.repeat(length) };
    const { message } = await seal(content);
    t.deepEqual(open(message).content, content);
    t.true(message.length <= 16_384, 'fits the wire');
    sizes.add(message.length - HEADER - 16);
  }
  t.deepEqual([...sizes], [512, 1024, 2048, 4096, 8192]);
});

test('a damaged message is refused', (t) => {
  fc.assert(
    fc.property(damaged(said.message), (bytes) => {
      t.throws(() => open(bytes), refused);
    }),
    { numRuns: 500 },
  );
});

test('arbitrary bytes are refused', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1200 }), (bytes) => void t.throws(() => parseRoomMessage(bytes), refused)),
  );
});

test('a message is valid for one room, one epoch, one key and one author', (t) => {
  t.deepEqual(open(said.message).content, hello);
  const wrong = {
    room: { room: randomBytes(32) },
    epoch: { epochId: randomBytes(32) },
    key: { key: randomBytes(32) },
    author: { authorSpki: mallory.identity.spki },
  };
  for (const [what, change] of Object.entries(wrong)) t.throws(() => open(said.message, change), refused, what);
});

test('a message replayed in another room is refused, even if both rooms use one key', (t) => {
  const other = randomBytes(32);
  const moved = patched(said.message, 1, other);
  t.true(equal(parseRoomMessage(moved).room, other));
  t.throws(() => open(moved, { room: other }), refused);
  const later = randomBytes(32);
  t.throws(() => open(patched(said.message, 33, later), { epochId: later }), refused);
});

test("another member with the key cannot write in Alice's name", async (t) => {
  const { message } = await seal(hello, { identity: mallory.identity });
  t.throws(() => open(message), refused);
  t.throws(() => open(patched(said.message, 65, mallory.idFp), { authorSpki: mallory.identity.spki }), refused);
});

test('a message sealed again by another member under other header fields is refused', (t) => {
  const parts = resealed((plain) => plain, { at: 97, byte: 9 });
  t.throws(() => open(parts), refused, 'device');
  t.deepEqual(open(resealed((plain) => plain)).content, hello, 'the same header and plaintext');
});

test('padding, lengths and counts have one form', (t) => {
  t.throws(() => open(resealed((plain) => patched(plain, plain.length - 1, Uint8Array.of(1)))), refused, 'padding');
  t.throws(() => open(resealed((plain) => concat(plain, new Uint8Array(512)))), refused, 'a larger size than needed');
  t.throws(() => open(resealed((plain) => plain.subarray(0, 500))), refused, 'a size of none');
  t.throws(() => open(resealed((plain) => patched(plain, 32, Uint8Array.of(5)))), refused, 'too many seen');
  t.throws(() => open(resealed((plain) => patched(plain, 74, Uint8Array.of(255)))), refused, 'a length beyond the end');
});

test('the same header sealed twice uses two keys', async (t) => {
  const msgId = randomBytes(16);
  const texts = ['attack at dawn', 'attack at dusk'].map((text) => ({ kind: 'text', text }) as const);
  const [a, b] = await Promise.all(texts.map((content) => seal(content, { msgId })));
  const body = (m: { message: Uint8Array } | undefined) => m?.message.subarray(HEADER) ?? new Uint8Array();
  // Under one key and nonce, equal plaintext at equal places would give equal ciphertext.
  const same = body(a).reduce((count, byte, i) => count + (byte === body(b)[i] ? 1 : 0), 0);
  t.true(same < 30, `${same} of ${body(a).length} bytes are equal`);
  const stuck = await Promise.all(
    texts.map((content) => seal(content, { msgId, random: (size) => new Uint8Array(size) })),
  );
  const leaked = body(stuck[0]).reduce((count, byte, i) => count + (byte === body(stuck[1])[i] ? 1 : 0), 0);
  t.true(leaked > 100, 'without a fresh salt this test would see it');
});

test('a text that is too long or empty is refused before it is sealed', async (t) => {
  for (const length of [0, 4097])
    await t.throwsAsync(seal({ kind: 'text', text: 'x'.repeat(length) }), { instanceOf: ProtocolError, code: 'text' });
});

/** Opens Alice's message, changes it and seals it again, as a member with the epoch's key can. */
function resealed(change: (plain: Uint8Array) => Uint8Array, field?: { at: number; byte: number }): Uint8Array {
  const header = Uint8Array.from(said.message.subarray(0, HEADER));
  const keyFor = (bytes: Uint8Array) => hkdf(key, bytes.subarray(-20, -4), H('roomkey', bytes));
  const nonce = new Uint8Array(12);
  // In counter mode, sealing the ciphertext gives the plaintext.
  const plain = createCipheriv('aes-256-gcm', keyFor(header), nonce).update(said.message.subarray(HEADER, -16));
  if (field) header[field.at] = field.byte;
  const cipher = createCipheriv('aes-256-gcm', keyFor(header), nonce).setAAD(header);
  return concat(header, cipher.update(change(plain)), cipher.final(), cipher.getAuthTag());
}
