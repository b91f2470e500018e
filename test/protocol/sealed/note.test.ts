import test from 'ava';
import fc from 'fast-check';
import { CARD_LIFE_MS } from '../../../src/protocol/account/card.ts';
import { H, hex } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import type { Content } from '../../../src/protocol/sealed/content.ts';
import {
  deliveredNote,
  noteHashes,
  openNote,
  parseDelivered,
  parseNote,
  privateConversationId,
} from '../../../src/protocol/sealed/note.ts';
import { open, seal } from '../../helpers/protocol/correspondence.ts';
import { damaged } from '../../helpers/protocol/damage.ts';
import { innerChunks, wrapped } from '../../helpers/protocol/inner-chunks.ts';
import { DAEMON_ID, NO_HASH, person, T0 } from '../../helpers/protocol/people.ts';

const refused = { instanceOf: ProtocolError, code: 'note', message: 'a note was refused' };
const [alice, bob] = [await person('alice'), await person('bob')];

const text = (length: number): Content => ({ kind: 'text', text: 'x'.repeat(length) });
const hello: Content = { kind: 'text', text: 'hello <END>\nçà 👩‍💻' };
const short = await seal(alice, bob, hello);
const long = await seal(alice, bob, text(700));

test('both sides open their copy of a note and agree on its hash', async (t) => {
  for (const [copy, me] of [
    [0, bob],
    [1, alice],
  ] as const) {
    const opened = await open(deliveredNote(parseNote(short.note), copy), me, alice);
    t.deepEqual(opened.content, hello);
    t.deepEqual(opened.noteHash, short.noteHash);
    t.like(opened.header, { device: 7, seq: 1, sentAt: T0 + 1 });
  }
  t.deepEqual(noteHashes(parseNote(short.note)).noteHash, short.noteHash);
  t.is(parseNote(short.note).header.copies[0]?.chunks, 1, 'a short text is one chunk a copy');
});

test('a note to oneself has one copy', async (t) => {
  const { note, noteHash } = await seal(alice, alice, hello);
  t.is(parseNote(note).header.copies.length, 1);
  const opened = await open(deliveredNote(parseNote(note), 0), alice, alice);
  t.deepEqual(opened.content, hello);
  t.deepEqual(opened.noteHash, noteHash);
  t.throws(() => deliveredNote(parseNote(note), 1), refused);
});

test('texts of every length open, in as few chunks as possible', async (t) => {
  const sizes = [
    [1, 1],
    [297, 1],
    [298, 2],
    [599, 2],
    [600, 3],
    [901, 3],
    [902, 4],
    [1203, 4],
    [1204, 6],
    [1807, 6],
    [1808, 10],
    [3015, 10],
    [3016, 16],
    [4096, 16],
  ] as const;
  for (const [length, chunks] of sizes) {
    const { note } = await seal(alice, alice, text(length));
    t.is(parseNote(note).header.copies[0]?.chunks, chunks, `${length} bytes`);
    if (chunks < 6) t.deepEqual((await open(deliveredNote(parseNote(note), 0), alice, alice)).content, text(length));
  }
  const { note } = await seal(alice, bob, text(4096));
  t.true(note.length <= 16_384, 'fits the wire');
  t.deepEqual((await open(deliveredNote(parseNote(note), 0), bob, alice)).content, text(4096));
});

test('a retired key still opens its notes', async (t) => {
  const retired = bob.mine;
  const newer = alice.mine;
  const r = { daemonId: DAEMON_ID, me: bob.idFp, author: alice.identity.spki, authorName: 'alice' };
  const delivered = deliveredNote(parseNote(short.note), 0);
  t.deepEqual((await openNote(inlineRsa, delivered, { ...r, keys: [newer, retired] })).content, hello);
  await t.throwsAsync(openNote(inlineRsa, delivered, { ...r, keys: [newer] }), refused);
});

test('nothing is sealed to an expired card', async (t) => {
  const late = { sentAt: T0 + CARD_LIFE_MS + 1 };
  await t.throwsAsync(seal(alice, bob, hello, late), { instanceOf: ProtocolError, code: 'card' });
  await t.notThrowsAsync(seal(alice, bob, hello, { sentAt: T0 + CARD_LIFE_MS }));
});

test('a text that is too long or empty is refused before it is sealed', async (t) => {
  for (const length of [0, 4097])
    await t.throwsAsync(seal(alice, bob, text(length)), { instanceOf: ProtocolError, code: 'text' });
});

test('a damaged note is refused by the daemon, or has another hash', (t) => {
  fc.assert(
    fc.property(damaged(short.note), (bytes) => {
      try {
        t.notDeepEqual(
          [hex(noteHashes(parseNote(bytes)).noteHash), hex(parseNote(bytes).signature)],
          [hex(short.noteHash), hex(parseNote(short.note).signature)],
        );
      } catch (error) {
        t.true(error instanceof ProtocolError && error.code === 'note');
      }
    }),
  );
});

for (const [copy, me] of [
  [0, bob],
  [1, alice],
] as const)
  test(`a damaged copy ${copy} is refused`, async (t) => {
    await fc.assert(
      fc.asyncProperty(damaged(deliveredNote(parseNote(short.note), copy)), async (bytes) => {
        await t.throwsAsync(open(bytes, me, alice), refused);
      }),
      { numRuns: 200 },
    );
  });

test('arbitrary bytes are refused', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
      t.throws(() => parseNote(bytes), refused);
      t.throws(() => parseDelivered(bytes), refused);
      await t.throwsAsync(open(bytes, bob, alice), refused);
    }),
  );
});

test('dropped, repeated, reordered and foreign chunks are refused, even wrapped again and signed by the author', async (t) => {
  const note = parseNote(long.note);
  const { headerHash } = noteHashes(note);
  const contexts = [0, 1].map((copy) => H('notewrap', headerHash, Uint8Array.of(copy)));
  const [context = NO_HASH, own = NO_HASH] = contexts;
  const inner = innerChunks(note.copies[0] ?? NO_HASH, bob.mine, context);
  const foreign = innerChunks(note.copies[1] ?? NO_HASH, alice.mine, own)[0] ?? NO_HASH;
  const openWith = async (chunks: Uint8Array[]) => {
    const copies = [wrapped(bob.card, context, chunks), ...note.copies.slice(1)];
    const { noteHash } = noteHashes({ ...note, copies });
    const signature = await inlineRsa.sign(alice.identity.pkcs8, noteHash);
    return open(deliveredNote({ ...note, copies, signature }, 0), bob, alice);
  };
  t.deepEqual((await openWith(inner)).content, text(700));
  for (const order of [
    [0, 1],
    [0, 2, 1],
    [1, 0, 2],
    [0, 0, 2],
    [0, 1, 2, 2],
  ])
    await t.throwsAsync(openWith(order.map((i) => inner[i] ?? NO_HASH)), refused, String(order));
  await t.throwsAsync(openWith([foreign, ...inner.slice(1)]), refused, 'a chunk of the other copy');
});

test('a note is valid for one daemon, one reader and one author', async (t) => {
  const carol = await person('carol');
  const delivered = deliveredNote(parseNote(short.note), 0);
  await t.throwsAsync(open(delivered, bob, alice, inlineRsa, new Uint8Array(32)), refused, 'another daemon');
  await t.throwsAsync(open(delivered, carol, alice), refused, 'another reader');
  await t.throwsAsync(open(delivered, bob, carol), refused, 'another author');
  await t.throwsAsync(open(delivered, bob, { ...alice, name: 'carol' }), refused, 'another name with the same key');
  await t.throwsAsync(open(deliveredNote(parseNote(short.note), 1), bob, alice), refused, "the author's copy");
  await t.throwsAsync(open(deliveredNote(parseNote(short.note), 0), alice, alice), refused, "the reader's copy");
});

test('a conversation id is the same from both sides and differs on each daemon', (t) => {
  t.deepEqual(
    privateConversationId(DAEMON_ID, alice.idFp, bob.idFp),
    privateConversationId(DAEMON_ID, bob.idFp, alice.idFp),
  );
  t.notDeepEqual(
    privateConversationId(DAEMON_ID, alice.idFp, bob.idFp),
    privateConversationId(new Uint8Array(32), alice.idFp, bob.idFp),
  );
});

test('the same text sealed twice shares no bytes', async (t) => {
  const again = await seal(alice, bob, hello);
  t.notDeepEqual(parseNote(again.note).copies[0], parseNote(short.note).copies[0]);
  t.notDeepEqual(again.noteHash, short.noteHash);
});
