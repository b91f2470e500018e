/**
 * What the devices of a person share, as one state: verified marks, pins, mutes and blocks, sealed under a key from the
 * identity key, which every device has. The daemon keeps the newest version. It sees its size, in steps of 1,024 bytes,
 * and when it changes.
 */
import type { Random } from '../../platform/random.ts';
import { padded, Reader, Writer } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import { ensure, withProtocolError } from '../base/protocol-checks.ts';
import type { KeyPair } from '../crypto/rsa.ts';
import { ACCOUNT_SEAL_BYTES, isSealedByNewer, type Owner, openForAccount, sealForAccount } from './account-seal.ts';
import { checkRow, compareImportance, compareKeys, isOn, rowKinds, type SharedRow } from './shared-rows.ts';

const REFUSED = 'what the devices share does not open';
const PADDING = 1024;
/** The largest sealed state, bytes. */
export const MAX_SHARED_BYTES = 65_536;
export const MAX_SHARED_ROWS = 4096;
const MAX_PLAIN = Math.floor((MAX_SHARED_BYTES - ACCOUNT_SEAL_BYTES) / PADDING) * PADDING;
const COUNT_BYTES = 2;
/** Bytes of a row besides its key and value. */
const ROW_BYTES = 1 + 2 + 2 + 8 + 4;
/** After this time a mute or a block that was taken back is forgotten: 400 days, ms. */
const FORGET_AFTER = 400 * 86_400_000;

/** `version` rises with each change; `rows` are ordered as mergeRows returns them. */
export type SharedState = { version: number; rows: readonly SharedRow[] };

/**
 * Seals a state, as sealForAccount does.
 * @param state its rows must fit: see fittingRows
 * @throws ProtocolError 'shared' for rows that openSharedState would refuse
 */
export function sealSharedState(
  identity: Pick<KeyPair, 'pkcs8'>,
  owner: Owner,
  { version, rows }: SharedState,
  random: Random,
): Uint8Array {
  const writer = new Writer().u16(rows.length);
  for (const { kind, key, value, at, device } of rows) writer.u8(kind).var16(key).var16(value).u64(at).u32(device);
  const plain = padded(writer.finish(), PADDING);
  readRows(plain);
  return sealForAccount('shared', identity.pkcs8, owner, { version, plain }, random);
}

/** Opens a state. @throws ProtocolError 'shared', or 'version' for a state of a newer program */
export function openSharedState(identity: Pick<KeyPair, 'pkcs8'>, owner: Owner, bytes: Uint8Array): SharedState {
  if (isSealedByNewer(bytes))
    throw new ProtocolError('version', 'your other devices share more than this program knows; update it');
  return withProtocolError('shared', REFUSED, () => {
    ensure(bytes.length <= MAX_SHARED_BYTES);
    const { version, plain } = openForAccount('shared', identity.pkcs8, owner, bytes);
    return { version, rows: readRows(plain) };
  });
}

/**
 * Returns the most important rows that fit one state, ordered as mergeRows returns them. Leaves out mutes and blocks
 * that were taken back long ago.
 * @param now ms since 1970 UTC
 */
export function fittingRows(rows: readonly SharedRow[], now: number): SharedRow[] {
  const kept = rows.filter((row) => !isForgotten(row, now)).sort(compareImportance);
  let size = COUNT_BYTES;
  const fits = ({ key, value }: SharedRow) => {
    size += ROW_BYTES + key.length + value.length;
    return size <= MAX_PLAIN;
  };
  const end = kept.slice(0, MAX_SHARED_ROWS).findIndex((row) => !fits(row));
  return kept.slice(0, end < 0 ? MAX_SHARED_ROWS : end).sort(compareKeys);
}

function isForgotten(row: SharedRow, now: number): boolean {
  const { kind, at } = row;
  return kind !== rowKinds.pin && kind <= rowKinds.block && !isOn(row) && at < now - FORGET_AFTER;
}

/** @throws ProtocolError */
function readRows(plain: Uint8Array): SharedRow[] {
  return withProtocolError('shared', REFUSED, () => {
    ensure(plain.length <= MAX_PLAIN);
    const reader = new Reader(plain);
    const count = reader.u16();
    ensure(count <= MAX_SHARED_ROWS);
    const rows: SharedRow[] = [];
    for (let i = 0; i < count; i++) {
      const kind = reader.u8();
      const [key, value] = [reader.var16(), reader.var16()];
      const row = { kind, key, value, at: reader.u64(), device: reader.u32() };
      checkRow(row);
      const before = rows.at(-1);
      ensure(before === undefined || compareKeys(before, row) < 0);
      rows.push(row);
    }
    const padding = reader.rest();
    ensure(plain.length % PADDING === 0 && padding.length < PADDING && padding.every((byte) => byte === 0));
    return rows;
  });
}
