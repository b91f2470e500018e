/**
 * Writes test/vectors/{card,note,segment,vault,safety,text}.json: end-to-end encrypted objects, with the verdict that an
 * implementation must reach. OAEP, PSS and nonces are random, so each run writes different bytes: commit them only with a new
 * format.
 */
import { createHash } from 'node:crypto';
import { systemRandom as random } from '../src/platform/random.ts';
import { CARD_LIFE_MS, openCard, signCard } from '../src/protocol/account/card.ts';
import { safetyNumber } from '../src/protocol/account/safety-number.ts';
import { sealVault } from '../src/protocol/account/vault.ts';
import { concat, hex, utf8 } from '../src/protocol/base/bytes.ts';
import { nameSkeleton } from '../src/protocol/base/name-keys.ts';
import { isName, printable, safeFileName } from '../src/protocol/base/safe-text.ts';
import { inlineRsa } from '../src/protocol/crypto/rsa-pool.ts';
import { SegmentSealer } from '../src/protocol/sealed/file.ts';
import { deliveredNote, parseNote, sealNote } from '../src/protocol/sealed/note.ts';
import { fixtureSealKey } from '../test/fixtures/keys.ts';
import { DAEMON_ID, NO_HASH, person, T0 } from '../test/helpers/protocol/people.ts';
import { flipped, type Vector, withDamage, writeVectors } from './vector.ts';

const RSA = 384;
const [alice, bob] = [await person('alice'), await person('bob')];
const daemonId = hex(DAEMON_ID);

// Key cards
const carol = fixtureSealKey('carol-encryption');
const secondCard = await signCard(inlineRsa, alice.identity, {
  name: 'alice',
  ekSpki: carol.spki,
  xwingKey: carol.xwingKey,
  cardSeq: 2,
  notBefore: T0,
  notAfter: T0 + CARD_LIFE_MS,
  prevCardHash: alice.card.hash,
});
const cardVector = (bytes: Uint8Array, what: string): Vector => {
  const { name, cardSeq, idFp, ekFp, hash } = openCard(bytes);
  return {
    what,
    verdict: 'accepted',
    given: { card: hex(bytes) },
    gives: { name, cardSeq, idFp: hex(idFp), ekFp: hex(ekFp), hash: hex(hash) },
  };
};
writeVectors('card', [
  ...withDamage(cardVector(alice.cardBytes, 'a first card'), 'card', alice.cardBytes, 'card'),
  cardVector(secondCard, 'a second card'),
]);

// Notes
const chain = { device: 7, seq: 1, prev: NO_HASH, seen: NO_HASH, sentAt: T0 + 1, life: 0 };
const seal = (to: typeof bob, text: string) =>
  sealNote(inlineRsa, {
    daemonId: DAEMON_ID,
    identity: alice.identity,
    from: alice.card,
    to: to.card,
    ...chain,
    noteId: random(16),
    content: { kind: 'text', text },
  });
const notes: Vector[] = [];
for (const [what, text] of [
  ['one chunk', 'hello'],
  ['three chunks', 'x'.repeat(700)],
] as const) {
  const { note, noteHash } = await seal(bob, text);
  const delivered = deliveredNote(parseNote(note), 0);
  const gives = { text, noteHash: hex(noteHash), conversation: hex(parseNote(note).header.conversation) };
  const given = { delivered: hex(delivered), daemonId, reader: 'bob', author: 'alice' };
  notes.push(
    ...withDamage({ what: `to Bob, ${what}`, verdict: 'accepted', given, gives }, 'delivered', delivered, 'note'),
  );
  notes.push({
    what: `to Bob, ${what}, the author's copy`,
    verdict: 'accepted',
    given: { ...given, delivered: hex(deliveredNote(parseNote(note), 1)), reader: 'alice' },
    gives,
  });
  for (const [why, change] of [
    ['another daemon', { daemonId: hex(NO_HASH) }],
    ['another author', { author: 'mallory' }],
    ['another reader', { reader: 'mallory' }],
  ] as const)
    notes.push({ what: `${what}: ${why}`, verdict: 'note', given: { ...given, ...change } });
  if (text.length < 600) continue;
  const at = delivered.length - RSA - 32 - 3 * RSA;
  const parts = [0, 1, 2].map((i) => delivered.subarray(at + i * RSA, at + (i + 1) * RSA));
  for (const order of [
    [1, 0, 2],
    [0, 0, 2],
    [0, 1],
  ]) {
    const chunks = order.map((i) => parts[i] ?? NO_HASH);
    const bytes = concat(delivered.subarray(0, at), ...chunks, delivered.subarray(at + 3 * RSA));
    notes.push({
      what: `chunks ${order.join(' ')} of 0 1 2`,
      verdict: 'note',
      given: { ...given, delivered: hex(bytes) },
    });
  }
}
const own = await seal(alice, 'to myself');
const toMyself = { delivered: hex(deliveredNote(parseNote(own.note), 0)), daemonId, reader: 'alice', author: 'alice' };
const gives = {
  text: 'to myself',
  noteHash: hex(own.noteHash),
  conversation: hex(parseNote(own.note).header.conversation),
};
notes.push({ what: 'to oneself, one copy', verdict: 'accepted', given: toMyself, gives });
writeVectors('note', notes);

// Segments of files
const file = { fileId: random(16), size: 65_536 + 5, segSize: 65_536, key: random(32) };
const plain = utf8('hello');
const segment = new SegmentSealer(file, random).seal(1, plain);
const about5 = {
  fileId: hex(file.fileId),
  size: file.size,
  segSize: file.segSize,
  key: hex(file.key),
  index: 1,
  sealed: hex(segment),
};
const onlySegment = new SegmentSealer({ ...file, size: 5 }, random).seal(0, plain);
writeVectors('segment', [
  ...withDamage(
    { what: 'the last of two', verdict: 'accepted', given: about5, gives: { plain: hex(plain) } },
    'sealed',
    segment,
    'file',
  ),
  {
    what: 'an only one',
    verdict: 'accepted',
    given: { ...about5, size: 5, index: 0, sealed: hex(onlySegment) },
    gives: { plain: hex(plain) },
  },
  { what: 'taken for the only one', verdict: 'file', given: { ...about5, size: 5, index: 0 } },
  { what: 'of another file', verdict: 'file', given: { ...about5, fileId: hex(random(16)) } },
  { what: 'at no place', verdict: 'file', given: { ...about5, index: 2 } },
  {
    what: 'an empty file',
    verdict: 'accepted',
    given: {
      ...about5,
      size: 0,
      index: 0,
      sealed: hex(new SegmentSealer({ ...file, size: 0 }, random).seal(0, new Uint8Array())),
    },
    gives: { plain: '' },
  },
]);

// The vault
const exportKey = random(64);
const keys = [{ card: alice.cardBytes, pkcs8: alice.encryption.pkcs8, seed: alice.encryption.seed }];
const owner = { daemonId: DAEMON_ID, name: 'alice', idFp: alice.idFp };
const vault = sealVault(exportKey, owner, { version: 3, identity: alice.identity, keys }, random);
const held = { exportKey: hex(exportKey), daemonId, name: 'alice', idFp: hex(alice.idFp), vault: hex(vault) };
const inside = { version: 3, identity: hex(createHash('sha256').update(alice.identity.pkcs8).digest()), cards: 1 };
const vaults = withDamage(
  { what: 'one key', verdict: 'accepted', given: held, gives: inside },
  'vault',
  vault,
  'vault',
);
writeVectors('vault', [
  // The flipped bit makes it a later format.
  ...vaults.map((v) => (v.what.startsWith('first bit of the version') ? { ...v, verdict: 'version' } : v)),
  {
    what: 'a newer format',
    verdict: 'version',
    given: { ...held, vault: hex(concat(Uint8Array.of(3), vault.subarray(1))) },
  },
  { what: 'another version', verdict: 'vault', given: { ...held, vault: hex(flipped(vault, 4)) } },
  { what: 'another name', verdict: 'vault', given: { ...held, name: 'bob' } },
  { what: 'another daemon', verdict: 'vault', given: { ...held, daemonId: hex(NO_HASH) } },
  { what: 'another password', verdict: 'vault', given: { ...held, exportKey: hex(random(64)) } },
]);

// Safety numbers and text: deterministic
const pairs = [
  [1, 2],
  [2, 1],
  [1, 1],
  [0, 255],
].map((pair) => pair.map((byte) => new Uint8Array(32).fill(byte)));
writeVectors(
  'safety',
  pairs.map(([a = NO_HASH, b = NO_HASH]) => ({
    what: 'a pair',
    verdict: 'accepted',
    given: { a: hex(a), b: hex(b) },
    gives: { number: safetyNumber(a, b) },
  })),
);
const names = [
  'bob',
  'Bob',
  'b0b',
  'René',
  'Андрей',
  'ВОВ',
  'Ελένη',
  '山田たろう',
  'bоb',
  'a:b',
  '-x',
  '',
  'a b',
  'x'.repeat(33),
  'ﬁ',
  '..',
];
const paths = [
  '../users.txt',
  'a b.txt',
  'CON',
  'con.txt',
  '-rf',
  '.bashrc',
  'x. .',
  'a\0b',
  '',
  'user\u202egpj.exe',
  'C:\\x\\y.txt',
];
const texts = ['hi', 'a\x1b[31mb', 'a\u202eb', '👩🏽‍💻', 'a\u200db', `e${'\u0325'.repeat(5)}`, 'a\tb\r\nc', '\ufeffx'];
writeVectors('text', [
  ...names.map((name) => ({
    what: 'name',
    verdict: isName(name) ? 'accepted' : 'refused',
    given: { name },
    gives: { skeleton: nameSkeleton(name) },
  })),
  ...paths.map((path) => ({
    what: 'file name',
    verdict: 'accepted',
    given: { path },
    gives: { fileName: safeFileName(path) },
  })),
  ...texts.map((text) => ({
    what: 'text',
    verdict: 'accepted',
    given: { text },
    gives: { printable: printable(text, { lines: true }) },
  })),
]);
