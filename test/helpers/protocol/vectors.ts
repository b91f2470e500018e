/** Reads test/vectors, and checks that each vector gets its verdict. */
import { readFileSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import { openCard } from '../../../src/protocol/account/card.ts';
import { fromHex } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import type { OwnKey } from '../../../src/protocol/crypto/person-seal.ts';
import { type KeyPair, publicKeyOf } from '../../../src/protocol/crypto/rsa.ts';

type Fields = Record<string, unknown>;
type Vector = { what: string; verdict: string; given: Fields; gives?: Fields };
export type VectorPerson = { name: string; idFp: Uint8Array; identity: KeyPair; mine: OwnKey & { idFp: Uint8Array } };

type StoredPeople = {
  daemon: { daemonId: string; fingerprint: string; link: { pkcs8: string; seed: string }; sign: { pkcs8: string } };
  people: Record<'name' | 'identity' | 'encryption' | 'seed' | 'card', string>[];
};

export function readVectors<T = Vector[]>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8')) as T;
}

const stored = readVectors<StoredPeople>('people');
export const vectorDaemon = stored.daemon;

/** The people of people.json, with nothing but their private keys and cards as a source. */
export const vectorPeople: VectorPerson[] = stored.people.map(({ name, identity, encryption, seed, card }) => {
  const { idFp, ekFp } = openCard(fromHex(card));
  const [pkcs8, own] = [fromHex(identity), { pkcs8: fromHex(encryption), seed: fromHex(seed) }];
  return { name, idFp, identity: { pkcs8, spki: publicKeyOf(pkcs8) }, mine: { ...own, idFp, ekFp } };
});

export function vectorPerson(name: unknown): VectorPerson {
  const person = vectorPeople.find((each) => each.name === name);
  if (person === undefined) throw new Error(`${name} is nobody in the vectors`);
  return person;
}

/** The inputs of a vector. */
export class Given {
  readonly #fields: Fields;

  constructor(fields: Fields) {
    this.#fields = fields;
  }

  has(field: string): boolean {
    return field in this.#fields;
  }

  bytes(field: string): Uint8Array {
    return fromHex(this.text(field));
  }

  text(field: string): string {
    return String(this.#fields[field]);
  }

  number(field: string): number {
    return Number(this.#fields[field]);
  }

  texts(field: string): string[] {
    return this.#fields[field] as string[];
  }

  person(field: string): VectorPerson {
    return vectorPerson(this.#fields[field]);
  }
}

/** Opens what is given. `null`: it does not open, and that is no error. */
export type Judge = (given: Given) => unknown;

/** Each accepted vector gives its content; each other one fails with the code that is its verdict. */
export async function judgeAll(t: ExecutionContext, name: string, judge: Judge): Promise<void> {
  const vectors = readVectors(name);
  for (const { what, verdict, given, gives } of vectors) {
    const run = async () => judge(new Given(given));
    if (verdict === 'accepted') t.deepEqual(await run(), gives, what);
    else if (verdict === 'refused') t.is(await run(), null, what);
    else await t.throwsAsync(run, { instanceOf: ProtocolError, code: verdict }, what);
  }
  t.true(
    vectors.some(({ verdict }) => verdict === 'accepted') && vectors.some(({ verdict }) => verdict !== 'accepted'),
  );
}
