/** Notes, the contents of notes and room messages, and segments of files. */
import { systemRandom as random } from '../../src/platform/random.ts';
import { concat, hex, utf8 } from '../../src/protocol/base/bytes.ts';
import { sealedBytes } from '../../src/protocol/crypto/person-seal.ts';
import { inlineRsa } from '../../src/protocol/crypto/rsa-pool.ts';
import { type Content, encodeContent } from '../../src/protocol/sealed/content.ts';
import { SegmentSealer } from '../../src/protocol/sealed/file.ts';
import { deliveredNote, noteHashes, parseNote, sealNote } from '../../src/protocol/sealed/note.ts';
import { innerChunks, wrapped } from '../../test/helpers/protocol/inner-chunks.ts';
import { jsonOf } from '../../test/helpers/protocol/json-of.ts';
import { DAEMON_ID, NO_HASH, type Person, person, T0 } from '../../test/helpers/protocol/people.ts';
import { contextOfCopy } from '../../test/helpers/protocol/seal-contexts.ts';
import { changed, flipped, type Vector, withDamage } from './vector.ts';

/** An invitation into a room with shared history. */
const invitation: Extract<Content, { kind: 'invitation' }> = {
  kind: 'invitation',
  room: new Uint8Array(32).fill(0x20),
  entry: new Uint8Array(32).fill(0x21),
  info: { nonce: new Uint8Array(16).fill(0x22), name: 'team', topic: 'plans for June' },
  epochKey: { epochId: new Uint8Array(32).fill(0x23), key: new Uint8Array(32).fill(0x24) },
};

const chain = { device: 7, seq: 1, prev: NO_HASH, seen: NO_HASH, sentAt: T0 + 1 };
const daemonId = hex(DAEMON_ID);

export async function noteVectors(): Promise<Vector[]> {
  const [alice, bob] = [await person('alice'), await person('bob')];
  const text = (said: string): Content => ({ kind: 'text', text: said });
  const seal = async (to: Person, content: Content, life = 0) => {
    const from = { daemonId: DAEMON_ID, identity: alice.identity, from: alice.card };
    const { note } = await sealNote(inlineRsa, { ...from, to: to.card, ...chain, life, noteId: random(16), content });
    return note;
  };
  const vector = (what: string, note: Uint8Array, copy: 0 | 1, reader: string, content: Content): Vector => {
    const parsed = parseNote(note);
    const { noteHash } = noteHashes(parsed);
    const { conversation, life } = parsed.header;
    const { kind, body } = encodeContent(content);
    return {
      what: `${what}, copy ${copy}`,
      verdict: 'accepted',
      given: { delivered: hex(deliveredNote(parsed, copy)), daemonId, reader, author: 'alice' },
      gives: { kind, body: hex(body), noteHash: hex(noteHash), conversation: hex(conversation), life },
    };
  };
  const hello = await seal(bob, text('hello'), 86_400);
  const long = await seal(bob, text('x'.repeat(700)));
  const invited = await seal(bob, invitation);
  const own = await seal(alice, text('to myself'));
  const good = vector('to Bob, one chunk, for a day', hello, 0, 'bob', text('hello'));
  const longer = vector('to Bob, three chunks', long, 0, 'bob', text('x'.repeat(700)));
  const delivered = deliveredNote(parseNote(hello), 0);
  const swapped = copiesSwapped(hello);
  return [
    ...withDamage(good, 'delivered', delivered, 'note', [
      ['a bit of its life flipped', flipped(delivered, HEADER - 1)],
      ['a bit of the ciphertext of X-Wing flipped', flipped(delivered, HEADER + 1)],
      ['a bit of the tag flipped', flipped(delivered, HEADER + sealedBytes(1))],
    ]),
    changed(good, 'another daemon', { daemonId: hex(NO_HASH) }, 'note'),
    changed(good, 'another author', { author: 'mallory' }, 'note'),
    changed(good, 'another reader', { reader: 'mallory' }, 'note'),
    changed(good, "the author's copy given out as the recipient's", { delivered: hex(swapped) }, 'note'),
    vector('to Bob, one chunk, for a day', hello, 1, 'alice', text('hello')),
    longer,
    vector('to Bob, three chunks', long, 1, 'alice', text('x'.repeat(700))),
    ...(await reorderedChunks(long, alice, bob)).map(([what, bytes]) =>
      changed(longer, what, { delivered: hex(bytes) }, 'note'),
    ),
    vector('an invitation to Bob', invited, 0, 'bob', invitation),
    vector('to oneself', own, 0, 'alice', text('to myself')),
  ];
}

/** Bytes of the header of a note with two copies. */
const HEADER = 269;

/** The note as delivered to the recipient, with the author's copy in the place of the recipient's. */
function copiesSwapped(note: Uint8Array): Uint8Array {
  const parsed = parseNote(note);
  const delivered = Buffer.from(deliveredNote(parsed, 0));
  delivered.set(parsed.copies[1] ?? NO_HASH, HEADER + 1);
  return delivered;
}

/** The recipient's copy with its chunks in another order, sealed again, and signed by the author. */
async function reorderedChunks(note: Uint8Array, author: Person, reader: Person): Promise<[string, Uint8Array][]> {
  const parsed = parseNote(note);
  const { headerHash } = noteHashes(parsed);
  const context = contextOfCopy(headerHash, 0);
  const chunks = innerChunks(parsed.copies[0] ?? NO_HASH, reader.mine, context);
  const orders = [
    [1, 0, 2],
    [0, 0, 2],
  ];
  return Promise.all(
    orders.map(async (order): Promise<[string, Uint8Array]> => {
      const copy = wrapped(
        reader.card,
        context,
        order.map((i) => chunks[i] ?? NO_HASH),
      );
      const copies = [copy, parsed.copies[1] ?? NO_HASH];
      const signature = await inlineRsa.sign(
        author.identity.pkcs8,
        noteHashes({ header: parsed.header, copies }).noteHash,
      );
      return [`chunks ${order.join(' ')} of 0 1 2`, deliveredNote({ header: parsed.header, copies, signature }, 0)];
    }),
  );
}

export function contentVectors(): Vector[] {
  const ref = { author: new Uint8Array(32).fill(1), id: new Uint8Array(16).fill(2) };
  const manifest = {
    ...{ fileId: new Uint8Array(16).fill(3), size: 65_541, segSize: 65_536, count: 2 },
    ...{ key: new Uint8Array(32).fill(4), sha256: new Uint8Array(32).fill(5), name: 'a.txt', type: 'text/plain' },
  };
  const contents: Content[] = [
    { kind: 'text', text: 'grüß dich' },
    { kind: 'reply', to: ref, text: 'yes' },
    { kind: 'edit', target: ref.id, text: 'no' },
    { kind: 'delete', target: ref.id },
    { kind: 'reaction', to: ref, emoji: '👍', on: true },
    { kind: 'reaction', to: ref, emoji: '👍', on: false },
    { kind: 'manifest', manifest },
    { kind: 'receipt', ids: [ref.id, new Uint8Array(16).fill(6)] },
    invitation,
    { ...invitation, epochKey: null },
    { kind: 'life', seconds: 604_800 },
    { kind: 'removal', of: ref },
    { kind: 'unknown', code: 64, body: utf8('later'), shown: true },
    { kind: 'unknown', code: 127, body: new Uint8Array(), shown: true },
    { kind: 'unknown', code: 128, body: utf8('later'), shown: false },
    { kind: 'unknown', code: 255, body: new Uint8Array(), shown: false },
  ];
  const refused = (what: string, kind: number, body: Uint8Array): Vector => ({
    what,
    verdict: 'layout',
    given: { kind, body: hex(body) },
  });
  const body = (content: Content) => encodeContent(content).body;
  const invited = body(invitation);
  return [
    ...contents.map((content): Vector => {
      const encoded = encodeContent(content);
      const given = { kind: encoded.kind, body: hex(encoded.body) };
      return { what: content.kind, verdict: 'accepted', given, gives: { content: jsonOf(content) } };
    }),
    ...[0, 11, 63].map((kind) => refused(`kind ${kind}`, kind, utf8('x'))),
    refused('no text', 1, new Uint8Array()),
    refused('a text of 4,097 bytes', 1, new Uint8Array(4097).fill(65)),
    refused('a text that is not UTF-8', 1, Uint8Array.of(0xff)),
    refused('a byte after a delete', 4, concat(ref.id, Uint8Array.of(0))),
    refused('a reaction that is neither on nor off', 5, concat(ref.author, ref.id, Uint8Array.of(2), utf8('x'))),
    refused('half an id in a receipt', 7, new Uint8Array(24)),
    refused('an invitation with half a key', 8, invited.subarray(0, -32)),
    refused('an invitation into a room without a name', 8, concat(invited.subarray(0, 80), new Uint8Array(4))),
    refused('a life of five bytes', 9, new Uint8Array(5)),
    refused('a removal without its id', 10, ref.author),
  ];
}

export function segmentVectors(): Vector[] {
  const file = { fileId: random(16), size: 65_536 + 5, segSize: 65_536, key: random(32) };
  const plain = utf8('hello');
  const sealed = new SegmentSealer(file, random).seal(1, plain);
  const vector = (what: string, size: number, index: number, bytes: Uint8Array, content: Uint8Array): Vector => ({
    what,
    verdict: 'accepted',
    given: {
      ...{ fileId: hex(file.fileId), size, segSize: file.segSize, key: hex(file.key), index },
      sealed: hex(bytes),
    },
    gives: { plain: hex(content) },
  });
  const good = vector('the last of two', file.size, 1, sealed, plain);
  const only = (size: number, content: Uint8Array) => new SegmentSealer({ ...file, size }, random).seal(0, content);
  return [
    ...withDamage(good, 'sealed', sealed, 'file'),
    changed(good, 'taken for the only one', { size: 5, index: 0 }, 'file'),
    changed(good, 'of another file', { fileId: hex(random(16)) }, 'file'),
    changed(good, 'at no place', { index: 2 }, 'file'),
    changed(good, 'under another key', { key: hex(random(32)) }, 'file'),
    vector('the only one', 5, 0, only(5, plain), plain),
    vector('an empty file', 0, 0, only(0, new Uint8Array()), new Uint8Array()),
  ];
}
