/** Cards, vaults, exports and shared state. */
import { argon2Sync } from 'node:crypto';
import { concat, demand, Fields, H, hkdf, isZero, number, same, zeros } from './bytes.ts';
import { checkSignature, expand, NO_NONCE, openGcm, publicOf, takesChunks, takesSecrets } from './keys.ts';

const DAY = 86_400_000;

/** Section 1, "People". */
export function readCard(bytes: Uint8Array) {
  const fields = new Fields(bytes);
  demand(fields.number(1) === 2);
  const [name, identity] = [fields.text16(), fields.var16()];
  demand(identity.length === 422);
  const cardSeq = fields.number(8);
  const [encryption, xwing] = [fields.var16(), fields.var16()];
  demand(encryption.length === 422 && xwing.length === 1216 && !same(identity, encryption));
  const life = { from: fields.number(8), to: fields.number(8) };
  demand(life.from < life.to && life.to - life.from <= 90 * DAY);
  const before = fields.take(32);
  demand(cardSeq >= 1 && (cardSeq === 1) === isZero(before));
  const hash = H('card', fields.before);
  checkSignature(identity, hash, fields.take(384));
  fields.end();
  const idFp = H('identity', Buffer.from(name), identity);
  const ekFp = H('ek', encryption, xwing);
  const sealable = takesChunks(encryption) && takesSecrets(xwing);
  return { name, cardSeq, idFp, ekFp, hash, sealable, identity, encryption, xwing };
}

type Owner = { daemonId: Uint8Array; name: string; idFp: Uint8Array };

/** A sealed object with `format, version, idFp, nonce` in front: the vault, and what devices share. */
function openOwned(word: 'vault' | 'shared', key: Uint8Array, owner: Owner, bytes: Uint8Array) {
  const fields = new Fields(bytes);
  demand(fields.number(1) === 2);
  const [version, idFp, nonce] = [fields.number(4), fields.take(32), fields.take(12)];
  demand(same(idFp, owner.idFp));
  const aad = H(word, owner.daemonId, Buffer.from(owner.name), idFp, number(version, 4));
  return { version, plain: openGcm(hkdf(key, zeros(0), word), nonce, aad, fields.rest()) };
}

type Keys = { identity: Buffer; keys: { card: Buffer; pkcs8: Buffer; seed: Buffer }[] };

/** The plaintext of a vault: each key fits its card, and each card this person. @throws Refused */
function readKeys(plain: Uint8Array, owner: Pick<Owner, 'name' | 'idFp'>): Keys {
  const fields = new Fields(plain);
  const identity = fields.var16();
  const count = fields.number(2);
  demand(count >= 1 && count <= 36);
  const keys = fields.list(count, () => ({ card: fields.var16(), pkcs8: fields.var16(), seed: fields.take(32) }));
  fields.end();
  let newer = Number.POSITIVE_INFINITY;
  for (const { card, pkcs8, seed } of keys) {
    const read = readCard(card);
    demand(read.name === owner.name && same(read.idFp, owner.idFp) && same(read.identity, publicOf(identity)));
    demand(same(read.encryption, publicOf(pkcs8)) && same(read.xwing, expand(seed).public));
    demand(read.cardSeq < newer);
    newer = read.cardSeq;
  }
  return { identity, keys };
}

/** Section 4, "The vault". @param exportKey base64url text, as OPAQUE gives it */
export function openVault(exportKey: string, owner: Owner, bytes: Uint8Array) {
  const { version, plain } = openOwned('vault', Buffer.from(exportKey, 'base64url'), owner, bytes);
  return { version, ...readKeys(plain, owner) };
}

/** Section 4, what the devices of a person share. */
export function openShared(identity: Uint8Array, owner: Owner, bytes: Uint8Array) {
  const { version, plain } = openOwned('shared', identity, owner, bytes);
  const fields = new Fields(plain);
  const rows = fields.list(fields.number(2), () => ({
    kind: fields.number(1),
    key: fields.var16(),
    value: fields.var16(),
    at: fields.number(8),
    device: fields.number(4),
  }));
  const order = rows.map(({ kind, key }) => concat(number(kind, 1), key));
  demand(order.every((each, i) => i === 0 || Buffer.compare(order[i - 1] as Buffer, each) < 0));
  const padding = fields.rest();
  demand(plain.length % 1024 === 0 && padding.length < 1024 && isZero(padding));
  return { version, rows };
}

/** Section 4, "The file of an export". @param secret a passphrase of plain ASCII, or what the 24 words stand for */
export function openExport(bytes: Uint8Array, secret: { passphrase: string } | { entropy: Uint8Array }) {
  const file = bytes.subarray(0, -32);
  demand(same(H('export', file), bytes.subarray(-32)));
  const fields = new Fields(file);
  demand(fields.take(4).toString() === 'SCX2' && fields.number(1) === 1);
  const filled = fields.number(1);
  const cost = { memory: fields.number(4), passes: fields.number(1), parallelism: fields.number(1) };
  demand(cost.memory <= 262_144 && cost.passes <= 16 && cost.parallelism <= 16);
  const nonce = fields.take(16);
  const header = fields.before;
  const slots = [fields.take(48), fields.take(48)] as const;
  const byWords = 'entropy' in secret;
  demand((filled & (byWords ? 2 : 1)) !== 0);
  const key = byWords
    ? hkdf(secret.entropy, nonce, 'words')
    : argon2Sync('argon2id', { message: Buffer.from(secret.passphrase), nonce, tagLength: 32, ...cost });
  const fileKey = openGcm(key, NO_NONCE, header, slots[byWords ? 1 : 0]);
  const aad = concat(header, ...slots);
  return readExport(openGcm(fileKey, fields.take(12), aad, fields.rest()));
}

function readExport(contents: Uint8Array) {
  const fields = new Fields(contents);
  demand(fields.number(1) === 1);
  const madeAt = fields.number(8);
  const daemon = { address: fields.text16(), fingerprint: fields.take(32), daemonId: fields.take(32) };
  const [name, idFp] = [fields.text16(), fields.take(32)];
  const [device, ticket, localKeys] = [fields.number(4), fields.take(32), fields.number(1) === 1];
  const version = fields.number(4);
  const { identity, keys } = readKeys(fields.take(fields.number(4)), { name, idFp });
  const people = fields.list(fields.number(4), () => {
    const [key, value, at, by] = [fields.var16(), fields.take(73), fields.number(8), fields.number(4)];
    const card = fields.var16();
    return { row: { kind: 1, key, value, at, device: by }, card: card.length === 0 ? null : card };
  });
  fields.end();
  const whole = { version, identity: { spki: publicOf(identity), pkcs8: identity }, keys };
  return { madeAt, daemon, name, idFp, device, ticket, localKeys, keys: whole, people };
}
