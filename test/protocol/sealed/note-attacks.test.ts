/** Attacks on notes by an attacker with everything: the wire, the daemon and an account. Each test begins with an honest note. */
import test from 'ava';
import { systemRandom } from '../../../src/platform/random.ts';
import { openCard, signCard } from '../../../src/protocol/account/card.ts';
import { concat, equal, H } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { sealedBytes, sealToPerson } from '../../../src/protocol/crypto/person-seal.ts';
import { OAEP_MAX, RSA_BYTES, sealChunk } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { mintEpoch, openEpoch, openEpochKey } from '../../../src/protocol/sealed/epoch.ts';
import {
  deliveredNote,
  noteHashes,
  openNote,
  parseDelivered,
  parseNote,
  privateConversationId,
} from '../../../src/protocol/sealed/note.ts';
import { open, seal } from '../../helpers/protocol/correspondence.ts';
import { patched } from '../../helpers/protocol/damage.ts';
import { innerChunks, wrapped } from '../../helpers/protocol/inner-chunks.ts';
import { DAEMON_ID, NO_HASH, type Person, person, T0 } from '../../helpers/protocol/people.ts';

const refused = { instanceOf: ProtocolError, code: 'note', message: 'a note was refused' };
const [alice, bob, mallory] = [await person('alice'), await person('bob'), await person('mallory')];
/** The offsets of the header's fields. */
const AT = { conversation: 2, noteId: 34, from: 50, to: 82, copy: 199 };
const HEADER = 199 + 2 * 33 + 4;

const write = (from: Person, to: Person, text: string) => seal(from, to, { kind: 'text', text });
const read = (note: Uint8Array, me: Person, author: Person) => open(deliveredNote(parseNote(note), 0), me, author);

/** The context of the recipient's copy. */
const contextOf = (note: Uint8Array) => H('notewrap', noteHashes(parseNote(note)).headerHash, Uint8Array.of(0));
/** The chunks of the recipient's copy, as RSA sealed them. */
const chunksOf = (note: Uint8Array, me: Person) =>
  innerChunks(parseNote(note).copies[0] ?? new Uint8Array(), me.mine, contextOf(note));

/** Signs a changed note again, which its sender can always do. */
async function signedBy(signer: Person, note: Uint8Array): Promise<Uint8Array> {
  const signature = await inlineRsa.sign(signer.identity.pkcs8, noteHashes(parseNote(note)).noteHash);
  return concat(note.subarray(0, -RSA_BYTES), signature);
}

test("splice: a chunk of Alice's note, or her whole copy, inside Mallory's note, to test a guess by Bob's receipt, is refused", async (t) => {
  const secret = await write(alice, bob, `${'.'.repeat(297)}launch approved`);
  const guess = await write(mallory, bob, `${'.'.repeat(297)}launch approved`);
  t.is(
    (await read(await signedBy(mallory, guess.note), bob, mallory)).content.kind,
    'text',
    'her own note opens when she signs it',
  );
  for (const i of [0, 1]) {
    const chunks = chunksOf(guess.note, bob);
    chunks[i] = chunksOf(secret.note, bob)[i] ?? new Uint8Array();
    const copy = wrapped(bob.card, contextOf(guess.note), chunks);
    await t.throwsAsync(read(await signedBy(mallory, patched(guess.note, HEADER, copy)), bob, mallory), refused);
  }
  const whole = patched(guess.note, HEADER, secret.note.subarray(HEADER, HEADER + sealedBytes(2)));
  await t.throwsAsync(read(await signedBy(mallory, whole), bob, mallory), refused, 'the whole copy');
});

test('splice by the author: a copy or a chunk of an earlier note is refused even if its author signs it', async (t) => {
  const first = await write(alice, bob, 'yes');
  const later = await write(alice, bob, 'no');
  const copy = first.note.subarray(HEADER, HEADER + sealedBytes(1));
  const rewrapped = wrapped(bob.card, contextOf(later.note), chunksOf(first.note, bob));
  for (const old of [copy, rewrapped])
    await t.throwsAsync(read(await signedBy(alice, patched(later.note, HEADER, old)), bob, alice), refused);
});

test("strip and resign: Alice's note sent as Mallory's is refused", async (t) => {
  const { note } = await write(alice, bob, 'I love you');
  t.is((await read(note, bob, alice)).content.kind, 'text');
  let stolen = patched(note, AT.from, mallory.idFp);
  stolen = patched(stolen, AT.conversation, privateConversationId(DAEMON_ID, mallory.idFp, bob.idFp));
  stolen = await signedBy(mallory, stolen);
  t.deepEqual(parseNote(stolen).header.from, Buffer.from(mallory.idFp), 'well-formed and signed');
  await t.throwsAsync(read(stolen, bob, mallory), refused);
});

test('a changed header field is refused even if the note is signed again', async (t) => {
  const { note } = await write(alice, bob, 'hello');
  for (const at of [AT.noteId, 114, 124, 126, 158, 197])
    await t.throwsAsync(
      read(await signedBy(alice, patched(note, at, Uint8Array.of((note[at] ?? 0) ^ 1))), bob, alice),
      refused,
      `byte ${at}`,
    );
});

test("a note to a person whose card holds Bob's key is not accepted as a note to Bob", async (t) => {
  const malloryWithBobsKey = await person('mallory', bob.encryption);
  const { note } = await write(alice, malloryWithBobsKey, 'for Mallory only');
  t.is((await read(note, malloryWithBobsKey, alice)).content.kind, 'text', 'the key does open it');
  await t.throwsAsync(read(note, bob, alice), refused);
  const redirected = patched(note, AT.to, bob.idFp);
  await t.throwsAsync(read(redirected, bob, alice), refused);
});

test("a note whose copy is sealed to another key is refused, though it names Bob's key", async (t) => {
  const { note } = await write(alice, mallory, 'hello');
  let turned = patched(note, AT.to, bob.idFp);
  turned = patched(turned, AT.conversation, privateConversationId(DAEMON_ID, alice.idFp, bob.idFp));
  turned = patched(turned, AT.copy, bob.card.ekFp);
  await t.throwsAsync(read(await signedBy(alice, turned), bob, alice), refused);
});

test('a note of one daemon replayed on another is refused', async (t) => {
  const { note } = await write(alice, bob, 'hello');
  const elsewhere = new Uint8Array(32).fill(1);
  const r = { me: bob.idFp, keys: [bob.mine], author: alice.identity.spki, authorName: 'alice' };
  await t.throwsAsync(openNote(inlineRsa, deliveredNote(parseNote(note), 0), { ...r, daemonId: elsewhere }), refused);
  const moved = patched(note, AT.conversation, privateConversationId(elsewhere, alice.idFp, bob.idFp));
  await t.throwsAsync(openNote(inlineRsa, deliveredNote(parseNote(moved), 0), { ...r, daemonId: elsewhere }), refused);
});

test("attack: a card that holds another person's X-Wing key lets neither of them read a note", async (t) => {
  const { ekSpki } = mallory.card;
  const { cardSeq, notBefore, notAfter, prevCardHash } = mallory.card;
  const mixed = { name: 'mallory', ekSpki, xwingKey: bob.card.xwingKey, cardSeq, notBefore, notAfter, prevCardHash };
  const card = openCard(await signCard(inlineRsa, mallory.identity, mixed));
  t.true(card.sealable);
  const { note } = await seal(alice, { ...mallory, card }, { kind: 'text', text: 'secret' });
  const { ekFp } = card;
  for (const seed of [bob.mine.seed, mallory.mine.seed]) {
    const reader = { ...mallory, mine: { ...mallory.mine, seed, ekFp } };
    const opened = read(note, reader, alice);
    // With both private halves the note opens: Mallory would need Bob's seed.
    if (seed === bob.mine.seed) t.is((await opened).content.kind, 'text');
    else await t.throwsAsync(opened, refused);
  }
  await t.throwsAsync(read(note, bob, alice), refused);
});

test('attack: one copy in the place of the other is refused, even if both are for one key and the author signs it', async (t) => {
  const malloryWithBobsKey = await person('mallory', bob.encryption);
  const { note } = await write(malloryWithBobsKey, bob, 'hello');
  t.is((await read(note, bob, malloryWithBobsKey)).content.kind, 'text');
  const { header, copies } = parseNote(note);
  t.deepEqual(header.copies[0], header.copies[1]);
  const swapped = await signedBy(mallory, patched(note, HEADER, concat(...[...copies].reverse())));
  await t.throwsAsync(read(swapped, bob, malloryWithBobsKey), refused);
});

test('the life of a note is signed', async (t) => {
  const { note } = await seal(alice, bob, { kind: 'text', text: 'for a day' }, { life: 86_400 });
  t.is((await read(note, bob, alice)).header.life, 86_400);
  await t.throwsAsync(read(patched(note, HEADER - 4, new Uint8Array(4)), bob, alice), refused);
});

test('the daemon cannot lie about the other copy', async (t) => {
  const { note } = await write(alice, bob, 'hello');
  const other = await write(alice, bob, 'something else');
  const swapped = concat(
    note.subarray(0, HEADER + sealedBytes(1)),
    other.note.subarray(HEADER + sealedBytes(1), HEADER + 2 * sealedBytes(1)),
    note.subarray(-RSA_BYTES),
  );
  await t.throwsAsync(read(swapped, bob, alice), refused);
});

test('a chunk of a room key is not accepted in a note, nor the reverse', async (t) => {
  const minted = await mintEpoch(inlineRsa, {
    room: H('room', DAEMON_ID),
    logHead: NO_HASH,
    epochPrev: NO_HASH,
    maker: { ...alice.identity, idFp: alice.idFp },
    time: T0,
    members: [alice.card, bob.card],
    random: systemRandom,
    info: null,
    before: null,
  });
  const epoch = openEpoch(minted.epoch, alice.identity.spki);
  const bobs = minted.keys.find(({ idFp }) => Buffer.compare(idFp, bob.idFp) === 0)?.chunk ?? new Uint8Array();
  t.true(equal(await openEpochKey(inlineRsa, epoch, bobs, bob.mine), minted.key));
  const { note } = await write(alice, bob, 'hello');
  await t.throwsAsync(read(await signedBy(alice, patched(note, HEADER, bobs)), bob, alice), refused);
  const { sealed } = parseDelivered(deliveredNote(parseNote(note), 0));
  const inside = wrapped(bob.card, H('epochwrap', epoch.epochId, bob.idFp), chunksOf(note, bob));
  for (const chunk of [sealed, inside])
    await t.throwsAsync(openEpochKey(inlineRsa, epoch, chunk, bob.mine), { instanceOf: ProtocolError, code: 'room' });
  const keyInside = wrapped(
    bob.card,
    contextOf(note),
    innerChunks(bobs, bob.mine, H('epochwrap', epoch.epochId, bob.idFp)),
  );
  await t.throwsAsync(read(await signedBy(alice, patched(note, HEADER, keyInside)), bob, alice), refused);
});

test('a note with wrong padding, length or chunk number is refused, even if sealed and signed correctly', async (t) => {
  const { note, noteHash } = await write(alice, bob, 'hello');
  t.truthy(noteHash);
  const { headerHash } = noteHashes(parseNote(note));
  const binder = H('notechunk', headerHash, Uint8Array.of(0), bob.card.ekFp, Uint8Array.of(0, 0)).subarray(0, 16);
  const withChunks = (chunks: Uint8Array[]) =>
    signedBy(alice, patched(note, HEADER, sealToPerson({ to: bob.card, context: contextOf(note), chunks })));
  const withPayload = async (payload: number[], bind = binder) => {
    const plain = new Uint8Array(OAEP_MAX);
    plain.set([...bind, ...payload]);
    return withChunks([plain]);
  };
  t.deepEqual((await read(await withPayload([1, 0, 0, 0, 1, 65]), bob, alice)).content, { kind: 'text', text: 'A' });
  const wrong = {
    'bytes after the end': [1, 0, 0, 0, 1, 65, 66],
    'length beyond the end': [1, 0, 0, 2, 0, 65],
    'huge length': [1, 255, 255, 255, 255, 65],
    'unknown kind': [63, 0, 0, 0, 1, 65],
    'no text': [1, 0, 0, 0, 0],
  };
  for (const [what, payload] of Object.entries(wrong))
    await t.throwsAsync(read(await withPayload(payload), bob, alice), refused, what);
  for (const [copy, i] of [
    [1, 0],
    [0, 1],
  ] as const) {
    const bind = H('notechunk', headerHash, Uint8Array.of(copy), bob.card.ekFp, Uint8Array.of(0, i)).subarray(0, 16);
    await t.throwsAsync(
      read(await withPayload([1, 0, 0, 0, 1, 65], bind), bob, alice),
      refused,
      'bound to another place',
    );
  }
  const short = sealChunk(bob.card.ekSpki, concat(binder, Uint8Array.of(1, 0, 0, 0, 1, 65)));
  const tooShort = await signedBy(alice, patched(note, HEADER, wrapped(bob.card, contextOf(note), [short])));
  await t.throwsAsync(read(tooShort, bob, alice), refused, 'a short chunk');
});

test('more chunks than the content needs are refused: padding has one form', async (t) => {
  const { note } = await write(alice, bob, '.'.repeat(400));
  const { headerHash } = noteHashes(parseNote(note));
  const chunks = [0, 1].map((i) => {
    const plain = new Uint8Array(OAEP_MAX);
    plain.set(H('notechunk', headerHash, Uint8Array.of(0), bob.card.ekFp, Uint8Array.of(0, i)).subarray(0, 16));
    if (i === 0) plain.set([1, 0, 0, 0, 1, 65], 16);
    return plain;
  });
  const roomy = patched(note, HEADER, sealToPerson({ to: bob.card, context: contextOf(note), chunks }));
  await t.throwsAsync(read(await signedBy(alice, roomy), bob, alice), refused);
});
