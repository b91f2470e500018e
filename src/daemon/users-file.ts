/**
 * users.txt, line by line: `name:opaque1:<OPAQUE record>:<identity fingerprint>:<flags>`, `#` comments, and lines of the old
 * kind, `name:secret`. What is not changed keeps its bytes; what cannot be read is reported and kept.
 */
import { fromHex, hex } from '../protocol/bytes.ts';
import { isName } from '../protocol/text.ts';
import type { Account } from './accounts.ts';

export type Line = { raw: Uint8Array } & (
  | { kind: 'other' }
  | { kind: 'malformed'; number: number; problem: string }
  | { kind: 'legacy'; name: string; secret: string }
  | { kind: 'account'; account: Account }
);

/** `must-renew`: a legacy account that has no keys yet. `local-keys`: there is no vault. */
const knownFlags: ReadonlySet<string> = new Set(['must-renew', 'local-keys']);

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Never fails for a bad line. @throws Error when a line was written by a newer daemon: what it means is unknown, and an
 * account must not work without what its flags demand.
 */
export function parseUsers(bytes: Uint8Array): Line[] {
  const lines: Line[] = [];
  const names = new Set<string>();
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(LINE_FEED, start);
    const raw = bytes.subarray(start, end === -1 ? bytes.length : end);
    const line = parseLine(raw, lines.length + 1);
    const name = line.kind === 'account' ? line.account.name : line.kind === 'legacy' ? line.name : null;
    if (name !== null && names.has(name)) {
      lines.push({ kind: 'malformed', raw, number: lines.length + 1, problem: 'the name stands on an earlier line' });
    } else {
      if (name !== null) names.add(name);
      lines.push(line);
    }
    start += raw.length + 1;
  }
  return lines;
}

/** The file's bytes; every line ends with a line feed. */
export function formatUsers(lines: readonly Line[]): Uint8Array {
  const bytes = new Uint8Array(lines.reduce((size, line) => size + line.raw.length + 1, 0));
  let at = 0;
  for (const { raw } of lines) {
    bytes.set(raw, at);
    at += raw.length;
    bytes[at] = LINE_FEED;
    at += 1;
  }
  return bytes;
}

export function accountLine(account: Account): Line {
  const idFp = account.idFp === null ? '' : hex(account.idFp);
  const text = [account.name, 'opaque1', account.record, idFp, [...account.flags].sort().join(',')].join(':');
  return { kind: 'account', account, raw: new TextEncoder().encode(text) };
}

function parseLine(bytes: Uint8Array, number: number): Line {
  const malformed = (problem: string): Line => ({ kind: 'malformed', raw: bytes, number, problem });
  let text: string;
  try {
    // Takes a byte order mark away, too.
    text = new TextDecoder('utf-8', { fatal: true }).decode(
      bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes,
    );
  } catch {
    return malformed('it is not UTF-8');
  }
  if (text.trim() === '' || text.startsWith('#')) return { kind: 'other', raw: bytes };
  const colon = text.indexOf(':');
  if (colon === -1) return malformed('there is no colon after the name');
  const name = text.slice(0, colon);
  const rest = text.slice(colon + 1);
  if (!isName(name)) return malformed('the name is not allowed: 1 to 32 letters, digits, ".", "_" or "-"');
  const method = /^opaque(\d+):/.exec(rest);
  if (method === null) {
    return rest === '' ? malformed('there is no secret') : { kind: 'legacy', raw: bytes, name, secret: rest };
  }
  if (method[1] !== '1') throw newer(number, `the method opaque${method[1]}`);
  const [, record = '', idFp = '', flagText = '', ...more] = rest.split(':');
  if (more.length > 0 || rest.split(':').length < 4) return malformed('it does not have five fields');
  if (!/^[A-Za-z0-9_-]{1,2048}$/.test(record)) return malformed('the OPAQUE record is damaged');
  const flags = new Set(flagText === '' ? [] : flagText.split(','));
  for (const flag of flags) {
    if (!/^[a-z0-9-]{1,32}$/.test(flag)) return malformed('the flags are damaged');
    if (!knownFlags.has(flag)) throw newer(number, `the flag ${flag}`);
  }
  if (idFp === '' ? !flags.has('must-renew') : !/^[0-9a-f]{64}$/.test(idFp)) {
    return malformed('the identity fingerprint is damaged');
  }
  return {
    kind: 'account',
    raw: bytes,
    account: { name, record, flags, idFp: idFp === '' ? null : Uint8Array.from(fromHex(idFp)) },
  };
}

function newer(number: number, what: string): Error {
  return new Error(
    `users.txt, line ${number}: this daemon does not know ${what}; a newer one wrote it, so run that one`,
  );
}
