import { randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import {
  type ExportContents,
  encodeExportContents,
  parseExportContents,
} from '../../../src/protocol/account/export-contents.ts';
import { pinRow, type Trust } from '../../../src/protocol/account/shared-rows.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { damaged, patched } from '../../helpers/protocol/damage.ts';
import { DAEMON_ID, type Person, person, T0 } from '../../helpers/protocol/people.ts';

const [alice, bob, carol] = [await person('alice'), await person('bob'), await person('carol')];
const pinned = ({ name, card }: Person, trust: Trust) =>
  pinRow(name, { idFp: card.idFp, cardSeq: card.cardSeq, cardHash: card.hash, trust }, { at: T0, device: 7 });
const contents: ExportContents = {
  madeAt: T0,
  daemon: { address: '[::1]:65345', fingerprint: randomBytes(32), daemonId: DAEMON_ID },
  name: 'alice',
  idFp: alice.idFp,
  device: 0xffffffff,
  ticket: randomBytes(32),
  localKeys: false,
  keys: {
    version: 3,
    identity: alice.identity,
    keys: [{ card: alice.cardBytes, pkcs8: alice.encryption.pkcs8, seed: alice.encryption.seed }],
  },
  people: [
    { row: pinned(bob, 'verified'), card: bob.cardBytes },
    { row: pinned(carol, 'met'), card: null },
  ],
};
const bytes = encodeExportContents(contents);
const refused = { instanceOf: ProtocolError, code: 'export', message: 'the contents of the export are not valid' };

test('what is encoded is parsed again', (t) => {
  t.deepEqual(structuredClone(parseExportContents(bytes)), structuredClone(contents));
  const local = { ...contents, localKeys: true, people: [] };
  t.like(parseExportContents(encodeExportContents(local)), { localKeys: true, people: [] });
});

test('keys, cards and people that do not belong together are refused', (t) => {
  const wrong: Record<string, Partial<ExportContents>> = {
    'another name': { name: 'bob' },
    'another identity': { idFp: bob.idFp },
    "another person's keys": { keys: { ...contents.keys, identity: bob.identity } },
    'no name': { name: '' },
    'a person twice': { people: [...contents.people, { row: pinned(bob, 'met'), card: null }] },
    'the card of another': { people: [{ row: pinned(bob, 'met'), card: carol.cardBytes }] },
    'oneself among the people': { people: [{ row: pinned(alice, 'met'), card: alice.cardBytes }] },
  };
  for (const [what, change] of Object.entries(wrong))
    t.throws(() => parseExportContents(encodeExportContents({ ...contents, ...change })), refused, what);
});

test('damaged contents are refused, or are other contents of the same form', (t) => {
  fc.assert(
    fc.property(damaged(bytes), (each) => {
      try {
        t.is(parseExportContents(each).name, 'alice');
      } catch (error) {
        t.true(error instanceof ProtocolError);
      }
    }),
    { numRuns: 300 },
  );
  t.throws(() => parseExportContents(new Uint8Array()), refused);
  t.throws(() => parseExportContents(patched(bytes, 0, Uint8Array.of(2))), { code: 'version' });
});
