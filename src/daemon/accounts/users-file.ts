/**
 * Parses and formats users.txt: `name:opaque1:<OPAQUE record>:<identity fingerprint>:<flags>`, `#` comments, and legacy
 * lines `name:secret`. Unchanged lines keep their bytes. Unreadable lines are reported and kept; a damaged line still
 * reserves its name.
 */
import { fromHex, hex } from '../../protocol/base/bytes.ts';
import { isName } from '../../protocol/base/safe-text.ts';

/** One account line. Immutable: a change makes a new object. */
export type Account = {
  readonly name: string;
  /** null until a legacy account has made its keys. */
  readonly idFp: Uint8Array | null;
  /** The OPAQUE record, base64url. */
  readonly record: string;
  readonly flags: ReadonlySet<string>;
};

export type UsersLine = { raw: Uint8Array } & (
  | { kind: 'other' }
  | { kind: 'malformed'; number: number; problem: string }
  | { kind: 'damaged'; number: number; problem: string; name: string }
  | { kind: 'legacy'; name: string; secret: string }
  | { kind: 'account'; account: Account }
);

/** `must-renew`: a legacy account without keys. `local-keys`: there is no vault. */
const knownFlags: ReadonlySet<string> = new Set(['must-renew', 'local-keys']);

/** A field that only lines with keys have: an OPAQUE record or a fingerprint. */
const RECORD_LIKE = /(^|:)([A-Za-z0-9_-]{200,}|[0-9a-f]{64})(:|$)/;

/**
 * The first line of a file that this daemon made. Such a file is complete only with END, which detects a cut between
 * two lines.
 */
const HEADER =
  '# Accounts, whole with the line "# end of accounts": name:opaque1:<OPAQUE record>:<identity fingerprint>:<flags>';
const END = '# end of accounts';

/** A users.txt without accounts. */
export const emptyUsersFile: Uint8Array = new TextEncoder().encode(`${HEADER}\n${END}\n`);

const LINE_FEED = 10;
const COLON = 58;
const CARRIAGE_RETURN = 13;

/**
 * Accepts any line, even a bad one.
 * @throws Error when a newer daemon wrote a line, because its meaning is unknown and its flags must not be ignored
 */
export function parseUsers(bytes: Uint8Array): UsersLine[] {
  const lines: UsersLine[] = [];
  const names = new Set<string>();
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(LINE_FEED, start);
    const raw = bytes.subarray(start, end === -1 ? bytes.length : end);
    const line = parseLine(raw, lines.length + 1);
    const name = line.kind === 'account' ? line.account.name : line.kind === 'legacy' ? line.name : null;
    if (name !== null && names.has(name)) {
      lines.push({ kind: 'malformed', raw, number: lines.length + 1, problem: 'an earlier line has the same name' });
    } else {
      if (name !== null) names.add(name);
      lines.push(line);
    }
    start += raw.length + 1;
  }
  return lines;
}

/**
 * Whether every account of the file was read, so that a missing one was removed by the operator: each line is readable,
 * the last one ends with a line feed, and END exists if HEADER says so.
 */
export function isComplete(bytes: Uint8Array, lines: readonly UsersLine[]): boolean {
  const [first] = lines;
  const ended = bytes.length === 0 || bytes.at(-1) === LINE_FEED;
  if (first !== undefined && says(first, HEADER) && !lines.some((line) => says(line, END))) return false;
  return ended && lines.every(({ kind }) => kind !== 'malformed' && kind !== 'damaged');
}

/** The content of the file. Every line ends with a line feed. */
export function formatUsers(lines: readonly UsersLine[]): Uint8Array {
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

/** Adds the account after all others, before END. */
export function withAccount(lines: readonly UsersLine[], account: Account): UsersLine[] {
  const isEnd = (line: UsersLine) => says(line, END);
  return [...lines.filter((line) => !isEnd(line)), accountLine(account), ...lines.filter(isEnd)];
}

/** The account name of a line, or null when it has none. */
export function lineName(line: UsersLine): string | null {
  if (line.kind === 'account') return line.account.name;
  return line.kind === 'legacy' || line.kind === 'damaged' ? line.name : null;
}

export function accountLine(account: Account): UsersLine {
  const idFp = account.idFp === null ? '' : hex(account.idFp);
  const text = [account.name, 'opaque1', account.record, idFp, [...account.flags].sort().join(',')].join(':');
  return { kind: 'account', account, raw: new TextEncoder().encode(text) };
}

function says({ kind, raw }: UsersLine, comment: string): boolean {
  return kind === 'other' && decode(raw)?.trim() === comment;
}

function parseLine(bytes: Uint8Array, number: number): UsersLine {
  const malformed = (problem: string): UsersLine => ({ kind: 'malformed', raw: bytes, number, problem });
  const end = bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length;
  const colon = bytes.indexOf(COLON);
  // Decoding also removes a byte order mark.
  const name = decode(bytes.subarray(0, colon === -1 ? end : colon));
  if (name === null) return malformed('it is not UTF-8');
  if (name.startsWith('#') || (colon === -1 && name.trim() === '')) return { kind: 'other', raw: bytes };
  if (colon === -1) return malformed('there is no colon after the name');
  if (!isName(name)) return malformed('the name is not allowed: 1 to 32 letters, digits, ".", "_" or "-"');
  const damaged = (problem: string): UsersLine => ({ kind: 'damaged', raw: bytes, number, problem, name });
  const rest = decode(bytes.subarray(colon + 1, end), { ignoreBOM: true });
  if (rest === null) return damaged('it is not UTF-8');
  const method = /^opaque(\d+):/.exec(rest);
  if (method === null) {
    if (rest === '') return damaged('there is no secret');
    // The predecessor's passwords were short. Treating this as one would overwrite an OPAQUE record.
    if (RECORD_LIKE.test(rest)) return damaged('the method is damaged');
    return { kind: 'legacy', raw: bytes, name, secret: rest };
  }
  if (method[1] !== '1') throw newer(number, `the method opaque${method[1]}`);
  const [, record = '', idFp = '', flagText = '', ...more] = rest.split(':');
  if (more.length > 0 || rest.split(':').length < 4) return damaged('it does not have five fields');
  if (!/^[A-Za-z0-9_-]{1,2048}$/.test(record)) return damaged('the OPAQUE record is damaged');
  const flags = new Set(flagText === '' ? [] : flagText.split(','));
  for (const flag of flags) {
    if (!/^[a-z0-9-]{1,32}$/.test(flag)) return damaged('the flags are damaged');
    if (!knownFlags.has(flag)) throw newer(number, `the flag ${flag}`);
  }
  if (idFp === '' ? !flags.has('must-renew') : !/^[0-9a-f]{64}$/.test(idFp)) {
    return damaged('the identity fingerprint is damaged');
  }
  return {
    kind: 'account',
    raw: bytes,
    account: { name, record, flags, idFp: idFp === '' ? null : Uint8Array.from(fromHex(idFp)) },
  };
}

function decode(bytes: Uint8Array, options: { ignoreBOM?: boolean } = {}): string | null {
  try {
    return new TextDecoder('utf-8', { ...options, fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function newer(number: number, what: string): Error {
  return new Error(
    `users.txt, line ${number}: this daemon does not know ${what}; a newer one wrote it, so run that one`,
  );
}
