/** What an export contains: keys, the way to the daemon, a ticket to log in with, and the pinned people. */
import { equal, fromUtf8, Reader, utf8, Writer } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import { ensure, withProtocolError } from '../base/protocol-checks.ts';
import { isName } from '../base/safe-text.ts';
import { openCard } from './card.ts';
import { checkRow, nameOfRow, PIN_BYTES, pinOfRow, rowKinds, type SharedRow } from './shared-rows.ts';
import { encodeVaultContents, parseVaultContents, type VaultContents } from './vault.ts';

const FORMAT = 1;
const REFUSED = 'the contents of the export are not valid';
/** Most pinned people of an export. */
export const MAX_EXPORT_PEOPLE = 16_384;

export type ExportContents = {
  /** When it was made, ms since 1970 UTC. */
  madeAt: number;
  /** `address`: host:port, as the exporting profile reached it. */
  daemon: { address: string; fingerprint: Uint8Array; daemonId: Uint8Array };
  name: string;
  idFp: Uint8Array;
  /** The number of the device that the export is for the daemon, and its ticket. */
  device: number;
  ticket: Uint8Array;
  /** The account has no vault: its keys are on one machine, and in exports. */
  localKeys: boolean;
  keys: VaultContents;
  people: ExportedPin[];
};

/** What the person decided about the key of another: a shared row of kind `pin`, and the newest card that was accepted, if it is known. */
export type ExportedPin = { row: SharedRow; card: Uint8Array | null };

export function encodeExportContents(contents: ExportContents): Uint8Array {
  const { madeAt, daemon, name, idFp, device, ticket, localKeys, keys, people } = contents;
  const vault = encodeVaultContents(keys);
  const writer = new Writer().u8(FORMAT).u64(madeAt).var16(utf8(daemon.address));
  writer.bytes(daemon.fingerprint).bytes(daemon.daemonId).var16(utf8(name)).bytes(idFp);
  writer
    .u32(device)
    .bytes(ticket)
    .u8(localKeys ? 1 : 0);
  writer.u32(keys.version).u32(vault.length).bytes(vault);
  writer.u32(people.length);
  for (const { row, card } of people)
    writer
      .var16(row.key)
      .bytes(row.value)
      .u64(row.at)
      .u32(row.device)
      .var16(card ?? new Uint8Array());
  return writer.finish();
}

/**
 * Parses what encodeExportContents wrote, and checks that keys and cards belong together, and to this name.
 * @throws ProtocolError 'export', or 'version' for contents of a newer program
 */
export function parseExportContents(bytes: Uint8Array): ExportContents {
  if ((bytes[0] ?? 0) > FORMAT)
    throw new ProtocolError('version', 'the export was written by a newer program; update this one');
  return withProtocolError('export', REFUSED, () => {
    const reader = new Reader(bytes);
    ensure(reader.u8() === FORMAT);
    const madeAt = reader.u64();
    const address = fromUtf8(reader.var16());
    const daemon = { address, fingerprint: reader.bytes(32), daemonId: reader.bytes(32) };
    const name = fromUtf8(reader.var16());
    ensure(isName(name));
    const idFp = reader.bytes(32);
    const [device, ticket, localKeys] = [reader.u32(), reader.bytes(32), readBoolean(reader)];
    const version = reader.u32();
    const keys = parseVaultContents(reader.bytes(reader.u32()), { name, idFp }, version);
    const count = reader.u32();
    ensure(count <= MAX_EXPORT_PEOPLE);
    const people = Array.from({ length: count }, () => readPin(reader));
    const names = new Set(people.map(({ row }) => nameOfRow(row)));
    ensure(names.size === count && !names.has(name));
    reader.end();
    return { madeAt, daemon, name, idFp, device, ticket, localKeys, keys, people };
  });
}

function readPin(reader: Reader): ExportedPin {
  const [key, value] = [reader.var16(), reader.bytes(PIN_BYTES)];
  const row: SharedRow = { kind: rowKinds.pin, key, value, at: reader.u64(), device: reader.u32() };
  checkRow(row);
  const bytes = reader.var16();
  if (bytes.length === 0) return { row, card: null };
  const { name, idFp } = openCard(bytes);
  ensure(name === nameOfRow(row) && equal(idFp, pinOfRow(row).idFp));
  return { row, card: bytes };
}

function readBoolean(reader: Reader): boolean {
  const value = reader.u8();
  ensure(value <= 1);
  return value === 1;
}
