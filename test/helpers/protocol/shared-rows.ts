/** Arbitrary rows of what devices share: few keys and few times, so that rows often meet. */
import fc from 'fast-check';
import {
  pinRow,
  rowKinds,
  type SharedPin,
  type SharedRow,
  switchRow,
  type Trust,
} from '../../../src/protocol/account/shared-rows.ts';
import { utf8 } from '../../../src/protocol/base/bytes.ts';

/** A pin of `name` on the identity that consists of `byte`. */
export function testPin(
  name: string,
  byte: number,
  trust: Trust,
  at: number,
  o: Partial<SharedPin> & { device?: number } = {},
) {
  const { device = 1, ...other } = o;
  const hash = new Uint8Array(32).fill(byte);
  return pinRow(name, { idFp: hash, cardSeq: 1, cardHash: hash, trust, ...other }, { at, device });
}

const decided = { at: fc.integer({ min: 1, max: 6 }), device: fc.integer({ min: 1, max: 3 }) };
const name = fc.constantFrom('alice', 'bob', 'carol');
const pins = fc
  .record({
    name,
    byte: fc.integer({ min: 1, max: 3 }),
    cardSeq: fc.integer({ min: 1, max: 3 }),
    trust: fc.constantFrom<Trust[]>('met', 'accepted', 'verified'),
    ...decided,
  })
  .map(({ name, byte, trust, at, ...other }) => testPin(name, byte, trust, at, other));
const switches = fc
  .record({ name, kind: fc.constantFrom(rowKinds.mute, rowKinds.block), on: fc.boolean(), ...decided })
  .map(({ name, kind, on, ...when }) => switchRow(kind, utf8(name), on, when));
const mutedRooms = fc
  .record({ room: fc.integer({ min: 1, max: 2 }), on: fc.boolean(), ...decided })
  .map(({ room, on, ...when }) => switchRow(rowKinds.muteRoom, new Uint8Array(32).fill(room), on, when));
/** Rows of kinds that this program does not know. */
const laterRows = fc.record({
  kind: fc.integer({ min: 5, max: 255 }),
  key: fc.uint8Array({ maxLength: 2 }),
  value: fc.uint8Array({ maxLength: 40 }),
  ...decided,
});

export const anyRow: fc.Arbitrary<SharedRow> = fc.oneof(pins, switches, mutedRooms, laterRows);
export const anyRows: fc.Arbitrary<SharedRow[]> = fc.array(anyRow, { maxLength: 24 });
