/** The stored vectors of notes, contents, files and rooms still get their verdicts. */
import test from 'ava';
import { equal, fromHex, H, hex } from '../../../src/protocol/base/bytes.ts';
import { publicKeyOf } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { decodeContent, encodeContent } from '../../../src/protocol/sealed/content.ts';
import { memberSetHash, openBefore, openEpoch, openEpochKey, openGrant } from '../../../src/protocol/sealed/epoch.ts';
import { SegmentOpener } from '../../../src/protocol/sealed/file.ts';
import { openNote } from '../../../src/protocol/sealed/note.ts';
import { decodeCreateBody, decodeJoinBody } from '../../../src/protocol/sealed/room-bodies.ts';
import { openInfo } from '../../../src/protocol/sealed/room-info.ts';
import { RoomLog } from '../../../src/protocol/sealed/room-log.ts';
import { openRoomMessage } from '../../../src/protocol/sealed/room-message.ts';
import { jsonOf } from '../../helpers/protocol/json-of.ts';
import { type Judge, judgeAll, vectorDaemon, vectorPeople, vectorPerson } from '../../helpers/protocol/vectors.ts';

const judges: Record<string, Judge> = {
  async note(given) {
    const [reader, author] = [given.person('reader'), given.person('author')];
    const { header, noteHash, content } = await openNote(inlineRsa, given.bytes('delivered'), {
      daemonId: given.bytes('daemonId'),
      me: reader.idFp,
      keys: [reader.mine],
      author: author.identity.spki,
      authorName: author.name,
    });
    const { kind, body } = encodeContent(content);
    const { conversation, life } = header;
    return { kind, life, ...(jsonOf({ body, noteHash, conversation }) as object) };
  },
  content: (given) => ({ content: jsonOf(decodeContent(given.number('kind'), given.bytes('body'))) }),
  segment(given) {
    const file = {
      fileId: given.bytes('fileId'),
      size: given.number('size'),
      segSize: given.number('segSize'),
      key: given.bytes('key'),
    };
    return { plain: hex(new SegmentOpener(file).open(given.number('index'), given.bytes('sealed'))) };
  },
  'room-log'(given) {
    const log = new RoomLog(publicKeyOf(fromHex(vectorDaemon.sign.pkcs8)), given.bytes('daemonId'));
    const keyOf = (idFp: Uint8Array) => vectorPeople.find((each) => equal(each.idFp, idFp))?.identity.spki ?? null;
    const [create] = given.texts('entries').map((entry) => log.append(fromHex(entry), keyOf));
    const members = [...log.members].map(([idFp, name]) => ({ name, idFp }));
    return { members, room: hex(create?.room ?? new Uint8Array()), head: hex(log.head) };
  },
  'room-body'(given) {
    const body = given.bytes('body');
    if (given.text('op') === 'join') return jsonOf(decodeJoinBody(body));
    return { ...(jsonOf(decodeCreateBody(body)) as object), room: hex(H('room', body)) };
  },
  'room-info': (given) =>
    jsonOf(
      openInfo(given.bytes('sealed'), {
        key: given.bytes('key'),
        room: given.bytes('room'),
        entry: given.bytes('entry'),
        commitment: given.bytes('commitment'),
      }),
    ),
  async epoch(given) {
    const epoch = openEpoch(given.bytes('epoch'), given.person('maker').identity.spki);
    const { mine } = given.person('reader');
    const key = given.has('grant')
      ? await openGrant(inlineRsa, epoch, given.bytes('grant'), mine)
      : await openEpochKey(inlineRsa, epoch, given.bytes('chunk'), mine);
    const place = () => ({
      room: given.bytes('room'),
      entry: given.bytes('entry'),
      commitment: given.bytes('commitment'),
    });
    const info = epoch.info.length === 0 ? null : openInfo(epoch.info, { key, ...place() });
    const { epochId, logHead, epochPrev, keyCommit, time } = epoch;
    const cards = given.texts('members').map((name) => vectorPerson(name).mine);
    const members = { memberSetHash: memberSetHash(cards) };
    return {
      time,
      ...(jsonOf({
        epochId,
        logHead,
        epochPrev,
        keyCommit,
        key,
        info,
        before: openBefore(epoch, key),
        ...members,
      }) as object),
    };
  },
  'room-message'(given) {
    const { content, header, hash, sentAt, seen, logHead } = openRoomMessage(given.bytes('message'), {
      key: given.bytes('key'),
      room: given.bytes('room'),
      epochId: given.bytes('epochId'),
      authorSpki: given.person('author').identity.spki,
    });
    const { kind, body } = encodeContent(content);
    return { kind, sentAt, life: header.life, ...(jsonOf({ body, hash, seen, logHead }) as object) };
  },
};

for (const [name, judge] of Object.entries(judges))
  test(`${name}: all vectors get their verdicts`, (t) => judgeAll(t, name, judge));
