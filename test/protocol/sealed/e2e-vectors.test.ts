/** The stored vectors of scripts/make-e2e-vectors.ts and make-room-vectors.ts still get their verdicts. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import test from 'ava';
import { openCard } from '../../../src/protocol/account/card.ts';
import { safetyNumber } from '../../../src/protocol/account/safety-number.ts';
import { openVault } from '../../../src/protocol/account/vault.ts';
import { equal, fromHex, hex } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { nameSkeleton } from '../../../src/protocol/base/name-keys.ts';
import { isName, printable, safeFileName } from '../../../src/protocol/base/safe-text.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import type { Content } from '../../../src/protocol/sealed/content.ts';
import { openEpoch, openEpochKey, openGrant } from '../../../src/protocol/sealed/epoch.ts';
import { SegmentOpener } from '../../../src/protocol/sealed/file.ts';
import { openNote } from '../../../src/protocol/sealed/note.ts';
import { RoomLog } from '../../../src/protocol/sealed/room-log.ts';
import { openRoomMessage } from '../../../src/protocol/sealed/room-message.ts';
import { fixtureKey } from '../../fixtures/keys.ts';
import { type PersonName, person } from '../../helpers/protocol/people.ts';

type Fields = Record<string, string> & { entries: string[] };
/** A vector of text.json. */
type TextVector = {
  what: string;
  verdict: string;
  given: Partial<Record<'name' | 'path' | 'text', string>>;
  gives: Record<string, string>;
};
type Vector = { what: string; verdict: string; given: Fields; gives?: Record<string, unknown> };

const people = {
  alice: await person('alice'),
  bob: await person('bob'),
  mallory: await person('mallory'),
  carol: await person('carol'),
};
const named = (name: string | undefined) => people[name as PersonName];
const bytes = (given: Fields, field: string) => fromHex(given[field] ?? '');
const textOf = (content: Content) => (content.kind === 'text' ? content.text : content.kind);

/** How each structure is opened, and the fields that are compared. */
const openers: Record<string, (given: Fields) => Promise<Record<string, unknown>> | Record<string, unknown>> = {
  card(given) {
    const { name, cardSeq, idFp, ekFp, hash } = openCard(bytes(given, 'card'));
    return { name, cardSeq, idFp: hex(idFp), ekFp: hex(ekFp), hash: hex(hash) };
  },
  async note(given) {
    const [reader, author] = [named(given.reader), named(given.author)];
    const r = {
      daemonId: bytes(given, 'daemonId'),
      me: reader.idFp,
      keys: [reader.mine],
      author: author.identity.spki,
      authorName: author.name,
    };
    const { header, noteHash, content } = await openNote(inlineRsa, bytes(given, 'delivered'), r);
    return { text: textOf(content), noteHash: hex(noteHash), conversation: hex(header.conversation) };
  },
  'room-log'(given) {
    const log = new RoomLog(fixtureKey('daemon-sign').spki, bytes(given, 'daemonId'));
    const keyOf = (idFp: Uint8Array) =>
      Object.values(people).find((each) => equal(each.idFp, idFp))?.identity.spki ?? null;
    const entries = given.entries.map((entry) => log.append(fromHex(entry), keyOf));
    return { members: [...log.members.values()], room: hex(entries[0]?.room ?? new Uint8Array()), head: hex(log.head) };
  },
  async epoch(given) {
    const epoch = openEpoch(bytes(given, 'epoch'), named(given.maker).identity.spki);
    const { mine } = named(given.reader);
    const key =
      given.grant === undefined
        ? await openEpochKey(inlineRsa, epoch, bytes(given, 'chunk'), mine)
        : await openGrant(inlineRsa, epoch, bytes(given, 'grant'), mine);
    return { epochId: hex(epoch.epochId), key: hex(key) };
  },
  'room-message'(given) {
    const r = {
      key: bytes(given, 'key'),
      room: bytes(given, 'room'),
      epochId: bytes(given, 'epochId'),
      authorSpki: named(given.author).identity.spki,
    };
    const { content, hash, sentAt } = openRoomMessage(bytes(given, 'message'), r);
    return { text: textOf(content), hash: hex(hash), sentAt };
  },
  segment(given) {
    const file = {
      fileId: bytes(given, 'fileId'),
      size: Number(given.size),
      segSize: Number(given.segSize),
      key: bytes(given, 'key'),
    };
    return { plain: hex(new SegmentOpener(file).open(Number(given.index), bytes(given, 'sealed'))) };
  },
  vault(given) {
    const owner = { daemonId: bytes(given, 'daemonId'), name: given.name ?? '', idFp: bytes(given, 'idFp') };
    const { version, identity, keys } = openVault(bytes(given, 'exportKey'), owner, bytes(given, 'vault'));
    return { version, identity: createHash('sha256').update(identity.pkcs8).digest('hex'), cards: keys.length };
  },
  safety: (given) => ({ number: safetyNumber(bytes(given, 'a'), bytes(given, 'b')) }),
};

for (const [name, judge] of Object.entries(openers)) {
  const vectors: Vector[] = JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8'));
  test(`${name}: all ${vectors.length} vectors get their verdicts`, async (t) => {
    for (const { what, verdict, given, gives } of vectors) {
      const run = async () => judge(given);
      if (verdict === 'accepted') t.deepEqual(await run(), gives, what);
      else await t.throwsAsync(run(), { instanceOf: ProtocolError, code: verdict }, what);
    }
    t.true(vectors.some(({ verdict }) => verdict === 'accepted'));
  });
}

test('text: names, file names and printable text match the vectors', (t) => {
  const vectors: TextVector[] = JSON.parse(readFileSync(new URL('../../vectors/text.json', import.meta.url), 'utf8'));
  for (const { what, verdict, given, gives } of vectors) {
    if (given.name !== undefined) {
      t.is(isName(given.name), verdict === 'accepted', given.name);
      t.is(nameSkeleton(given.name), gives.skeleton ?? '', given.name);
    } else if (given.path !== undefined) t.is(safeFileName(given.path), gives.fileName ?? '', given.path);
    else t.is(printable(given.text ?? '', { lines: true }), gives.printable ?? '', what);
  }
});
