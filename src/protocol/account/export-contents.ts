/** What an export contains: keys, the way to the daemon, a ticket to log in with, and the pinned people. */
import { fromUtf8, Reader, utf8, Writer } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import { ensure, withProtocolError } from '../base/protocol-checks.ts';
import { isName } from '../base/safe-text.ts';
import { openCard } from './card.ts';
import { encodeVaultContents, parseVaultContents, type VaultContents } from './vault.ts';

const FORMAT = 1;
const REFUSED = 'the contents of the export are not valid';
/** Most pinned people of an export. */
const MAX_EXPORT_PEOPLE = 16_384;

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
  /** The newest pinned card of each person, and whether the safety number was compared. */
  people: { card: Uint8Array; verified: boolean }[];
};

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
  for (const { card, verified } of people) writer.var16(card).u8(verified ? 1 : 0);
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
    const people: ExportContents['people'] = [];
    const names = new Set<string>();
    for (let n = 0; n < count; n += 1) {
      const card = reader.var16();
      const { name: person } = openCard(card);
      ensure(!names.has(person) && person !== name);
      names.add(person);
      people.push({ card, verified: readBoolean(reader) });
    }
    reader.end();
    return { madeAt, daemon, name, idFp, device, ticket, localKeys, keys, people };
  });
}

function readBoolean(reader: Reader): boolean {
  const value = reader.u8();
  ensure(value <= 1);
  return value === 1;
}
