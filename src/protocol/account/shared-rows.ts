/**
 * The rows that the devices of a person share: one for each key that they trust, each conversation that they muted and
 * each person whom they blocked, with the time and the device of the decision. Each is a last-writer-wins register
 * (Shapiro et al., "A comprehensive study of Convergent and Commutative Replicated Data Types", 2011, section 3.2.1):
 * the devices end with the same rows, whatever the order in which they learn of them.
 */
import { compare, equal, fromUtf8, hex, Reader, utf8, Writer } from '../base/bytes.ts';
import { ensure } from '../base/protocol-checks.ts';
import { isName } from '../base/safe-text.ts';
import type { Pin } from './card.ts';

/**
 * - `pin`: a person's identity and newest card; key: their name.
 * - `mute`, `muteRoom`: whether a conversation is muted; key: the other person's name, or the room's id.
 * - `block`: whether a person is blocked; key: their name.
 *
 * Rows of other kinds, which a newer program wrote, are kept and merged.
 */
export const rowKinds = { pin: 1, mute: 2, muteRoom: 3, block: 4 } as const;
/** The kinds of rows that say yes or no. */
export type SwitchKind = Exclude<(typeof rowKinds)[keyof typeof rowKinds], 1>;

/** When a row was decided, in ms since 1970 UTC, and on which device. */
export type Decided = { at: number; device: number };
export type SharedRow = Decided & { kind: number; key: Uint8Array; value: Uint8Array };

/** `met`: pinned at first contact, which nobody decided. `accepted`, `verified`: the person accepted or compared the key. */
const trustLevels = ['met', 'accepted', 'verified'] as const;
export type Trust = (typeof trustLevels)[number];
export type SharedPin = Pin & { trust: Trust };
/** Bytes of the value of a `pin`: identity(32), u64 card number, card hash(32), u8 trust. */
export const PIN_BYTES = 32 + 8 + 32 + 1;

export function pinRow(
  name: string,
  { idFp, cardSeq, cardHash, trust }: SharedPin,
  { at, device }: Decided,
): SharedRow {
  const value = new Writer().bytes(idFp).u64(cardSeq).bytes(cardHash).u8(trustLevels.indexOf(trust)).finish();
  return { kind: rowKinds.pin, key: utf8(name), value, at, device };
}

export function switchRow(kind: SwitchKind, key: Uint8Array, on: boolean, { at, device }: Decided): SharedRow {
  return { kind, key, value: Uint8Array.of(on ? 1 : 0), at, device };
}

/** The name that is the key of a row. @throws ProtocolError 'layout' for a key that is no name */
export function nameOfRow({ key }: SharedRow): string {
  const name = fromUtf8(key);
  ensure(isName(name));
  return name;
}

/** What a row of kind `pin` says. @throws ProtocolError 'layout' */
export function pinOfRow({ value }: SharedRow): SharedPin {
  const reader = new Reader(value);
  const pin = { idFp: reader.bytes(32), cardSeq: reader.u64(), cardHash: reader.bytes(32) };
  const trust = trustLevels[reader.u8()];
  reader.end();
  ensure(trust !== undefined && pin.cardSeq >= 1);
  return { ...pin, trust };
}

/** Whether a mute or a block is on. */
export function isOn({ value }: SharedRow): boolean {
  return value[0] === 1;
}

/** @throws ProtocolError 'layout' unless the row is what its kind allows */
export function checkRow(row: SharedRow): void {
  const { kind, key, value } = row;
  ensure(kind >= 1 && row.at <= MAX_TIME);
  if (kind > rowKinds.block) return;
  if (kind === rowKinds.muteRoom) ensure(key.length === 32);
  else nameOfRow(row);
  if (kind === rowKinds.pin) pinOfRow(row);
  else ensure(value.length === 1 && (value[0] ?? 2) <= 1);
}

/** The latest time of a Date, ms. */
export const MAX_TIME = 8.64e15;

/** A text that is equal for rows of which one replaces the other. */
export function rowKey({ kind, key }: Pick<SharedRow, 'kind' | 'key'>): string {
  return `${kind} ${hex(key)}`;
}

/**
 * Orders two rows with one key: positive when `a` replaces `b`, 0 when they are equal. The later decision wins. A key
 * that the person decided about wins over one that was met; of two that were met, the earlier one wins.
 */
export function compareRows(a: SharedRow, b: SharedRow): number {
  if (a.kind === rowKinds.pin) {
    const [metA, metB] = [isMet(a), isMet(b)];
    if (metA !== metB) return metA ? -1 : 1;
    if (metA && a.at !== b.at) return b.at - a.at;
  }
  return a.at - b.at || a.device - b.device || compare(a.value, b.value);
}

/** Whether both rows with one key are the same decision: of two such pins, one may name a newer card. */
export function isSameDecision(a: SharedRow, b: SharedRow): boolean {
  if (a.at !== b.at || a.device !== b.device) return false;
  if (a.kind !== rowKinds.pin) return equal(a.value, b.value);
  const [pinA, pinB] = [pinOfRow(a), pinOfRow(b)];
  return equal(pinA.idFp, pinB.idFp) && pinA.trust === pinB.trust;
}

/** Returns the winning row of each key, ordered by kind and key. */
export function mergeRows(...lists: (readonly SharedRow[])[]): SharedRow[] {
  const winners = new Map<string, SharedRow>();
  for (const row of lists.flat()) {
    const key = rowKey(row);
    const known = winners.get(key);
    if (known === undefined || compareRows(row, known) > 0) winners.set(key, row);
  }
  return [...winners.values()].sort(compareKeys);
}

/** The order of rows in a state. */
export function compareKeys(a: SharedRow, b: SharedRow): number {
  return a.kind - b.kind || compare(a.key, b.key);
}

/** Orders rows by importance, the most important first: decisions before keys that were only met, then the latest. */
export function compareImportance(a: SharedRow, b: SharedRow): number {
  return Number(isMet(a)) - Number(isMet(b)) || b.at - a.at || compareKeys(a, b);
}

function isMet({ kind, value }: SharedRow): boolean {
  return kind === rowKinds.pin && value.at(-1) === 0;
}
