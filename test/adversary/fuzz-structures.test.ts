/**
 * Structures that are sealed or signed end to end, with 10,000 mutations each. A parser that does not verify the signature
 * must give another hash for changed bytes, or keep the changed signature: verifying it then fails, as a share of the cases shows.
 */

import { createCipheriv } from 'node:crypto';
import test from 'ava';
import { openCard } from '../../src/protocol/account/card.ts';
import { openVault, sealVault } from '../../src/protocol/account/vault.ts';
import { concat, equal, H, hex, hkdf } from '../../src/protocol/base/bytes.ts';
import { decodeRoomKey, encodeRoomKey } from '../../src/protocol/link/broadcast.ts';
import { decodeClientParameters, encodeParameters } from '../../src/protocol/link/parameters.ts';
import { type Content, decodeContent, encodeContent } from '../../src/protocol/sealed/content.ts';
import { mintEpoch, openEpoch, openGrant, parseEpoch, sealGrant } from '../../src/protocol/sealed/epoch.ts';
import { type Manifest, SegmentOpener, SegmentSealer } from '../../src/protocol/sealed/file.ts';
import {
  deliveredNote,
  noteHashes,
  openNote,
  parseDelivered,
  parseNote,
  sealNote,
} from '../../src/protocol/sealed/note.ts';
import { encodeJoinBody } from '../../src/protocol/sealed/room-bodies.ts';
import { createLobby, parseLogEntry, RoomLog, signLogEntry } from '../../src/protocol/sealed/room-log.ts';
import { openRoomMessage, sealRoomMessage } from '../../src/protocol/sealed/room-message.ts';
import { fixtureKey } from '../fixtures/keys.ts';
import { DAEMON_ID, NO_HASH, person, T0 } from '../helpers/protocol/people.ts';
import { cheapRsa, fuzz } from './fuzz.ts';

const [alice, bob] = [await person('alice'), await person('bob')];
const rsa = cheapRsa();
const random = (size: number) => new Uint8Array(size).fill(5);
const sign = fixtureKey('daemon-sign');
const signature = (bytes: Uint8Array) => bytes.subarray(-384);
/** The share of cases whose signature is verified: each costs as much as a thousand others. */
const CHECKED = 1 / 50;

const file: Manifest = {
  ...{ fileId: random(16), size: 70_000, segSize: 65_536, count: 2, key: random(32), sha256: random(32) },
  ...{ name: 'a file.txt', type: 'text/plain' },
};
const to = { author: random(32), id: random(16) };
const contents: Content[] = [
  { kind: 'text', text: 'a text, not short, with ümläuts' },
  { kind: 'reply', to, text: 'yes' },
  { kind: 'edit', target: random(16), text: 'no' },
  { kind: 'delete', target: random(16) },
  { kind: 'reaction', to, emoji: '👍', on: true },
  { kind: 'manifest', manifest: file },
  { kind: 'receipt', ids: [random(16), random(16)] },
];

test('contents, parameters and room keys: each has one encoding', async (t) => {
  const bodies = contents.map(encodeContent);
  const samples = bodies.map(({ body }) => body);
  await fuzz(
    t,
    samples,
    (bytes, i) => {
      const again = encodeContent(decodeContent(bodies[i]?.kind ?? 0, bytes));
      return !equal(again.body, bytes);
    },
    1 / 2,
  );
  const parameters = encodeParameters({ messages: 1, software: 'fuzz 1', time: T0 });
  await fuzz(t, [parameters], (bytes) => !equal(encodeParameters(decodeClientParameters(bytes)), bytes), 1 / 4);
  const roomKey = encodeRoomKey({ room: random(32), gen: 1, key: random(32), counter: 7, chain: random(32) });
  await fuzz(t, [roomKey], (bytes) => !equal(encodeRoomKey(decodeRoomKey(bytes)), bytes), 1 / 4);
});

test('card: no changed one is accepted', async (t) => {
  await fuzz(t, [alice.cardBytes, bob.cardBytes], (bytes) => openCard(bytes).name !== '', 1 / 4);
});

test('note: no changed one is accepted', async (t) => {
  const place = { device: 1, seq: 1, prev: NO_HASH, seen: NO_HASH, sentAt: T0, noteId: random(16), life: 0 };
  const about = {
    daemonId: DAEMON_ID,
    identity: alice.identity,
    from: alice.card,
    to: bob.card,
    content: contents[0] as Content,
  };
  const { note } = await sealNote(rsa, { ...about, ...place });
  const delivered = deliveredNote(parseNote(note), 0);
  const { noteHash } = noteHashes(parseNote(note));
  await fuzz(
    t,
    [note],
    (bytes) => equal(noteHashes(parseNote(bytes)).noteHash, noteHash) && equal(signature(bytes), signature(note)),
    1 / 2,
  );
  const same = (bytes: Uint8Array) => equal(parseDelivered(bytes).noteHash, noteHash);
  await fuzz(t, [delivered], (bytes) => same(bytes) && equal(signature(bytes), signature(note)), 1 / 2);
  const reader = {
    daemonId: DAEMON_ID,
    me: bob.idFp,
    keys: [bob.mine],
    author: alice.identity.spki,
    authorName: 'alice',
  };
  t.is((await openNote(rsa, delivered, reader)).content.kind, 'text');
  await fuzz(t, [delivered], async (bytes) => Boolean(await openNote(rsa, bytes, reader)), CHECKED);
});

test('room log: no changed entry is accepted', async (t) => {
  const { room, entry: first } = await createLobby(rsa, sign, DAEMON_ID, '#lobby', T0, random);
  const subject = { name: 'alice', idFp: alice.idFp };
  const about = {
    room,
    n: 1,
    prev: parseLogEntry(first).hash,
    op: 'join',
    subject,
    actor: alice.idFp,
    time: T0,
  } as const;
  const join = await signLogEntry(rsa, alice.identity, {
    ...about,
    body: encodeJoinBody({ sigSpki: alice.identity.spki }),
  });
  const entries = [first, join];
  await fuzz(t, entries, (bytes) => {
    const { hash } = parseLogEntry(bytes);
    return entries.some((entry) => equal(parseLogEntry(entry).hash, hash) && equal(signature(entry), signature(bytes)));
  });
  await fuzz(
    t,
    entries,
    (bytes, i) => {
      const log = new RoomLog(sign.spki, DAEMON_ID);
      if (i === 1) log.append(first, () => null);
      return Boolean(log.append(bytes, () => null));
    },
    CHECKED,
  );
});

test('epoch and grant: no changed one is accepted', async (t) => {
  const maker = { ...alice.identity, idFp: alice.idFp };
  const about = { room: random(32), logHead: random(32), epochPrev: NO_HASH, time: T0 };
  const { epoch, key } = await mintEpoch(rsa, {
    ...about,
    maker,
    members: [alice.card, bob.card],
    random,
    info: null,
    before: null,
  });
  const opened = openEpoch(epoch, alice.identity.spki);
  await fuzz(
    t,
    [epoch],
    (bytes) => equal(parseEpoch(bytes).epochId, opened.epochId) && equal(signature(bytes), signature(epoch)),
    1 / 2,
  );
  await fuzz(t, [epoch], (bytes) => Boolean(openEpoch(bytes, alice.identity.spki)), CHECKED);
  const grant = await sealGrant(rsa, opened, key, bob.card);
  t.deepEqual(await openGrant(rsa, opened, grant, bob.mine), key);
  await fuzz(t, [grant], async (bytes) => Boolean(await openGrant(rsa, opened, bytes, bob.mine)), 1 / 2);
  // The plaintext of a chunk, changed by a member who grants another key or adds bytes.
  const payload = new Uint8Array(318);
  payload.set(concat(H('grantchunk', H('granthdr', grant.subarray(0, 129))).subarray(0, 16), key, opened.epochId));
  const chunkOf = (plain: Uint8Array) => ({ ...rsa, open: async () => [plain] });
  t.deepEqual(await openGrant(chunkOf(payload), opened, grant, bob.mine), key);
  await fuzz(t, [payload], async (plain) => Boolean(await openGrant(chunkOf(plain), opened, grant, bob.mine)), 1 / 4);
});

test('room message: none changed from outside or by another member is accepted', async (t) => {
  const header = {
    room: random(32),
    epochId: random(32),
    from: alice.idFp,
    device: 1,
    seq: 1,
    msgId: random(16),
    life: 0,
  };
  const said = { prev: NO_HASH, seen: [random(32)], logHead: random(32), sentAt: T0, content: contents[0] as Content };
  const key = random(32);
  const { message } = await sealRoomMessage(rsa, { ...header, ...said, key, identity: alice.identity, random });
  const reader = { key, authorSpki: alice.identity.spki, room: header.room, epochId: header.epochId };
  t.is(openRoomMessage(message, reader).content.kind, 'text');
  await fuzz(t, [message], (bytes) => Boolean(openRoomMessage(bytes, reader)), 1 / 2);
  const clear = message.subarray(0, message.length - 1024 - 16);
  const messageKey = hkdf(key, clear.subarray(-20, -4), H('roomkey', clear));
  const crypt = (plain: Uint8Array) => {
    const cipher = createCipheriv('aes-256-gcm', messageKey, new Uint8Array(12)).setAAD(clear);
    return concat(cipher.update(plain), cipher.final(), cipher.getAuthTag());
  };
  const plain = crypt(message.subarray(clear.length, -16)).subarray(0, -16);
  t.is(hex(crypt(plain)), hex(message.subarray(clear.length)), 'counter mode undoes itself');
  await fuzz(t, [plain], (bytes) => Boolean(openRoomMessage(concat(clear, crypt(bytes)), reader)), 1 / 4);
});

test('segment: no changed one is accepted', async (t) => {
  const small = { ...file, size: 65_536 + 300 };
  const sealed = new SegmentSealer(small, random).seal(1, random(300));
  const opener = new SegmentOpener(small);
  t.is(opener.open(1, sealed).length, 300);
  await fuzz(t, [sealed], (bytes) => Boolean(opener.open(1, bytes)));
});

test('vault: no changed one is accepted', async (t) => {
  const owner = { daemonId: DAEMON_ID, name: 'alice', idFp: alice.idFp };
  const keys = [{ card: alice.cardBytes, pkcs8: alice.encryption.pkcs8, seed: alice.encryption.seed }];
  const vault = sealVault(random(64), owner, { version: 3, identity: alice.identity, keys }, random);
  t.is(openVault(random(64), owner, vault).version, 3);
  await fuzz(t, [vault], (bytes) => Boolean(openVault(random(64), owner, bytes)));
});
