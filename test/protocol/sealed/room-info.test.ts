import { randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { systemRandom } from '../../../src/platform/random.ts';
import { utf8 } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { isName } from '../../../src/protocol/base/safe-text.ts';
import {
  infoCommitment,
  MAX_TOPIC_BYTES,
  openInfo,
  type RoomInfo,
  SEALED_INFO_BYTES,
  sealInfo,
} from '../../../src/protocol/sealed/room-info.ts';
import { damaged } from '../../helpers/protocol/damage.ts';

const refused = { instanceOf: ProtocolError, code: 'room', message: 'the name of a room was refused' };
const place = { key: randomBytes(32), room: randomBytes(32), entry: randomBytes(32) };
const team: RoomInfo = { nonce: randomBytes(16), name: 'team', topic: 'what we do today' };
const seal = (info: RoomInfo) => sealInfo(info, { ...place, random: systemRandom });
const sealed = seal(team);
const names = fc.stringMatching(/^[a-z][a-z0-9]{0,31}$/).filter(isName);
const topics = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((topic) => utf8(topic).length <= MAX_TOPIC_BYTES);

test('name and topic open, for any of them, and their size shows nothing', (t) => {
  fc.assert(
    fc.property(names, topics, (name, topic) => {
      const info = { nonce: systemRandom(16), name, topic };
      const bytes = seal(info);
      t.is(bytes.length, SEALED_INFO_BYTES);
      const opened = openInfo(bytes, { ...place, commitment: infoCommitment(info) });
      t.deepEqual({ ...opened, nonce: Buffer.from(opened.nonce) }, { ...info, nonce: Buffer.from(info.nonce) });
    }),
  );
});

test('attack: damaged info, and info of another room, entry, key or commitment, is refused', (t) => {
  const commitment = infoCommitment(team);
  fc.assert(
    fc.property(damaged(sealed), (bytes) => void t.throws(() => openInfo(bytes, { ...place, commitment }), refused)),
  );
  for (const change of ['key', 'room', 'entry'] as const)
    t.throws(() => openInfo(sealed, { ...place, commitment, [change]: randomBytes(32) }), refused, change);
  for (const other of [{ name: 'teams' }, { topic: '' }, { nonce: randomBytes(16) }])
    t.throws(() => openInfo(sealed, { ...place, commitment: infoCommitment({ ...team, ...other }) }), refused);
});

test('a bad name and a long topic are not sealed', (t) => {
  for (const bad of [
    { name: '' },
    { name: 'a b' },
    { name: 'x'.repeat(33) },
    { topic: 'x'.repeat(MAX_TOPIC_BYTES + 1) },
  ])
    t.throws(() => seal({ ...team, ...bad }), refused);
  const long = { ...team, name: 'я'.repeat(32), topic: 'x'.repeat(MAX_TOPIC_BYTES) };
  t.is(openInfo(seal(long), { ...place, commitment: infoCommitment(long) }).topic.length, MAX_TOPIC_BYTES);
});

test('a commitment hides a name that could be guessed', (t) => {
  t.notDeepEqual(infoCommitment(team), infoCommitment({ ...team, nonce: randomBytes(16) }));
});
