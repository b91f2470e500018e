/**
 * An independent reader of docs/PROTOCOL.md: `node test/vectors/reader/main.ts [folder]` opens the vectors of a folder with
 * node:crypto alone, and compares each result and each refusal with what the vector expects. It shares no code with the program.
 * The exit status is 1 when one differs.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { openExport, openShared, openVault, readCard } from './account.ts';
import { H, Refused } from './bytes.ts';
import { openSealed, publicOf } from './keys.ts';
import { agree, checkKeyLogin, greet, proofs, readRecords } from './link.ts';
import { readCreate, readJoin, readLog } from './room-log.ts';
import { openBefore, openEpoch, openInfo, openMessage, openNote, openSegment, readContent } from './sealed.ts';

type Strings<Name extends string> = Record<Name, string>;
type Vector = { what: string; verdict: string; given: Record<string, unknown>; gives?: Record<string, unknown> };
type People = {
  daemon: { fingerprint: string; link: Strings<'pkcs8' | 'seed'>; sign: Strings<'pkcs8'> };
  people: Strings<'name' | 'identity' | 'encryption' | 'seed' | 'card'>[];
};
type Handshake = Strings<'greeting' | 'parameters' | 'reply' | 'ephemeralSeed' | 'cb' | 'toDaemon' | 'toClient'> & {
  hellos: { what: string; hello: string; verdict: string }[];
};

const folder = process.argv[2] ?? join(import.meta.dirname, '..');
const load = <T>(name: string) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as T;
const unhex = (text: unknown) => Buffer.from(String(text), 'hex');

const { daemon: stored, people } = load<People>('people');
const daemon = {
  link: { pkcs8: unhex(stored.link.pkcs8), seed: unhex(stored.link.seed) },
  sign: publicOf(unhex(stored.sign.pkcs8)),
};

/** A person of people.json, with the fingerprints of their card. */
function person(name: unknown) {
  const found = people.find((each) => each.name === name);
  if (found === undefined) throw new Error(`${name} is nobody in people.json`);
  const { idFp, ekFp, identity } = readCard(unhex(found.card));
  return {
    ...{ idFp, ekFp, identity, identityKey: unhex(found.identity) },
    ...{ encryption: unhex(found.encryption), seed: unhex(found.seed) },
  };
}

const judges: Record<string, (given: Record<string, unknown>) => object> = {
  'person-seal': ({ reader, ekFp, context, sealed }) =>
    openSealed({ ...person(reader), ekFp: unhex(ekFp) }, unhex(context), unhex(sealed)),
  card({ card }) {
    const { name, cardSeq, idFp, ekFp, hash, sealable } = readCard(unhex(card));
    return { name, cardSeq, idFp, ekFp, hash, sealable };
  },
  vault: ({ exportKey, daemonId, name, idFp, vault }) =>
    openVault(String(exportKey), { daemonId: unhex(daemonId), name: String(name), idFp: unhex(idFp) }, unhex(vault)),
  'shared-state'({ owner, daemonId, name, idFp, shared }) {
    const whose = { daemonId: unhex(daemonId), name: String(name), idFp: unhex(idFp) };
    return openShared(person(owner).identityKey, whose, unhex(shared));
  },
  'key-export': ({ file, passphrase, entropy }) =>
    openExport(
      unhex(file),
      passphrase === undefined ? { entropy: unhex(entropy) } : { passphrase: String(passphrase) },
    ),
  note: ({ delivered, daemonId, reader, author }) =>
    openNote(unhex(delivered), { daemonId: unhex(daemonId), reader: person(reader), author: person(author) }),
  content: ({ kind, body }) => ({ content: readContent(Number(kind), unhex(body)) }),
  segment({ fileId, size, segSize, key, index, sealed }) {
    const file = { fileId: unhex(fileId), size: Number(size), segSize: Number(segSize), key: unhex(key) };
    return openSegment(file, Number(index), unhex(sealed));
  },
  epoch({ epoch, maker, reader, chunk, grant, members, entry, commitment }) {
    const given = grant === undefined ? { chunk: unhex(chunk) } : { grant: unhex(grant) };
    const { room, info, before, ...rest } = openEpoch(unhex(epoch), person(maker).identity, given, person(reader));
    const place = { key: rest.key, room, entry: unhex(entry), commitment: unhex(commitment) };
    const sorted = (members as string[]).map(person).sort((a, b) => Buffer.compare(a.idFp, b.idFp));
    return {
      ...rest,
      memberSetHash: H('members', ...sorted.flatMap(({ idFp, ekFp }) => [idFp, ekFp])),
      info: info.length === 0 ? null : openInfo(info, place),
      before: before.length === 0 ? null : openBefore(rest.key, before),
    };
  },
  'room-log': ({ entries, daemonId }) =>
    readLog((entries as string[]).map(unhex), { sign: daemon.sign, daemonId: unhex(daemonId) }),
  'room-body': ({ op, body }) => (op === 'join' ? readJoin(unhex(body)) : readCreate(unhex(body))),
  'room-info': ({ sealed, key, room, entry, commitment }) =>
    openInfo(unhex(sealed), {
      ...{ key: unhex(key), room: unhex(room) },
      ...{ entry: unhex(entry), commitment: unhex(commitment) },
    }),
  'room-message': ({ message, room, epochId, key, author }) =>
    openMessage(unhex(message), {
      ...{ key: unhex(key), room: unhex(room), epochId: unhex(epochId) },
      author: person(author).identity,
    }),
  login({ sessionKey, cb, daemonId, name, signature, ticket, record }) {
    if (ticket !== undefined) return { stored: H('ticket', unhex(ticket)) };
    if (record !== undefined) return { recordHash: H('record', Buffer.from(String(record))) };
    if (sessionKey !== undefined) return proofs(String(sessionKey), unhex(cb));
    const signed = { cb: unhex(cb), daemonId: unhex(daemonId), name: String(name), signature: unhex(signature) };
    return checkKeyLogin(person('alice').identity, signed);
  },
};

/** Bytes become hexadecimal, as in the vectors. */
function jsonOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, jsonOf(field)]));
}

let failures = 0;

/** Compares one result. `expected` is null when the bytes must be refused. */
function compare(what: string, expected: unknown, open: () => unknown): void {
  let result: unknown = null;
  try {
    result = jsonOf(open());
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
  if (isDeepStrictEqual(result, expected)) return;
  failures += 1;
  console.log(
    `${what}: ${result === null ? 'refused' : 'opened'}, expected: ${expected === null ? 'refused' : 'opened'}`,
  );
}

function report(name: string, verdicts: boolean[]): void {
  const open = verdicts.filter((each) => each).length;
  console.log(`${name}: ${open} opened, ${verdicts.length - open} refused`);
}

for (const [name, judge] of Object.entries(judges)) {
  const vectors = load<Vector[]>(name);
  for (const { what, verdict, given, gives } of vectors)
    compare(`${name}: ${what}`, verdict === 'accepted' ? gives : null, () => judge(given));
  report(
    name,
    vectors.map(({ verdict }) => verdict === 'accepted'),
  );
}

const { hellos, greeting, parameters, reply, ephemeralSeed, cb, toDaemon, toClient } = load<Handshake>('handshake');
const answer = { reply: unhex(reply), ephemeralSeed: unhex(ephemeralSeed) };
compare('handshake: greeting', { greeting, fingerprint: stored.fingerprint }, () => greet(daemon));
for (const { what, hello, verdict } of hellos)
  compare(`handshake: ${what}`, verdict === 'answered' ? { parameters, cb, toDaemon, toClient } : null, () =>
    agree(daemon, unhex(hello), answer),
  );
report(
  'handshake',
  hellos.map(({ verdict }) => verdict === 'answered'),
);

const streams = load<(Vector & { given: Strings<'key' | 'stream'>; gives: { opens: unknown[] } })[]>('broadcast');
for (const { what, verdict, given, gives } of streams) {
  const opened: unknown[] = [];
  const read = () => {
    for (const record of readRecords(unhex(given.key), unhex(given.stream))) opened.push(jsonOf(record));
    return {};
  };
  compare(`broadcast: ${what}`, verdict === 'accepted' ? {} : null, read);
  compare(`broadcast: ${what}, records`, gives.opens, () => opened);
}
report(
  'broadcast',
  streams.map(({ verdict }) => verdict === 'accepted'),
);
process.exitCode = failures === 0 ? 0 : 1;
