/**
 * X-Wing beside RSA, the seal to a person beside the RSA work in it, and epochs of 10, 100 and 1,000 members. All on the calling
 * thread: each figure is CPU time, the mean of many calls, and the calls of a line and of its limit take turns. "New" is a key
 * that was never used before, so that it is imported first.
 */
import { createPublicKey, randomBytes } from 'node:crypto';
import { systemRandom } from '../src/platform/random.ts';
import { CARD_LIFE_MS, type Card, identityFp } from '../src/protocol/account/card.ts';
import { ekFp, openSealed, sealToPerson } from '../src/protocol/crypto/person-seal.ts';
import { OAEP_MAX, openChunk, sealChunk, sign, verify } from '../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../src/protocol/crypto/rsa-pool.ts';
import { decapsulate, encapsulate, xwingPublicKey } from '../src/protocol/crypto/xwing.ts';
import { mintEpoch } from '../src/protocol/sealed/epoch.ts';
import { fixtureCardKey, fixtureKey, fixtureSealKey } from '../test/fixtures/keys.ts';
import { spareKey } from '../test/fixtures/spare-keys.ts';
import { cpuOfEach } from './bare-rsa.ts';
import { type Print, ratio } from './report.ts';

const hash = new Uint8Array(32).fill(1);
const ROUNDS = 5;

export async function benchSeal(print: Print, quick = false): Promise<void> {
  const times = quick ? 10 : 40;
  await benchPrimitives(print, times);
  for (const chunks of [1, 16]) await benchPersonSeal(print, Math.ceil(times / chunks), chunks);
  for (const members of quick ? [10, 100] : [10, 100, 1000]) await benchEpoch(print, members);
}

async function benchPrimitives(print: Print, times: number): Promise<void> {
  const { spki, pkcs8, xwingKey, seed } = fixtureSealKey('bob-encryption');
  const identity = fixtureKey('bob-identity');
  const [chunk, signature, { ciphertext }] = [sealChunk(spki, hash), sign(identity.pkcs8, hash), encapsulate(xwingKey)];
  const calls = ROUNDS * (times + Math.ceil(times / 5));
  const newSeeds = Array.from({ length: calls }, () => randomBytes(32));
  const newKeys = Array.from({ length: calls }, () => xwingPublicKey(randomBytes(32)));
  const us = await inTurns(times, {
    oaepSeal: () => sealChunk(spki, hash),
    oaepOpen: () => openChunk(pkcs8, chunk),
    pssSign: () => sign(identity.pkcs8, hash),
    pssVerify: () => verify(identity.spki, hash, signature),
    expand: () => xwingPublicKey(newSeeds.pop() ?? seed),
    encapsulateToNew: () => encapsulate(newKeys.pop() ?? xwingKey),
    encapsulate: () => encapsulate(xwingKey),
    decapsulate: () => decapsulate(seed, ciphertext),
  });
  const beside = (what: keyof typeof us, of: 'oaepSeal' | 'oaepOpen') =>
    `${us[what].toFixed(0)} us; ${ratio(us[what], us[of])} of OAEP ${of === 'oaepSeal' ? 'seal' : 'open'}`;
  print(`RSA-OAEP: seal ${us.oaepSeal.toFixed(0)} us, open ${us.oaepOpen.toFixed(0)} us`);
  print(`RSA-PSS: sign ${us.pssSign.toFixed(0)} us, verify ${us.pssVerify.toFixed(0)} us`);
  print(`X-Wing, expand a new seed: ${beside('expand', 'oaepOpen')}`);
  print(`X-Wing, encapsulate to a new key: ${beside('encapsulateToNew', 'oaepSeal')}`);
  print(`X-Wing, encapsulate to a known key: ${beside('encapsulate', 'oaepSeal')}`);
  print(`X-Wing, decapsulate with a known seed: ${beside('decapsulate', 'oaepOpen')}`);
}

async function benchPersonSeal(print: Print, times: number, chunks: number): Promise<void> {
  const [key, { pkcs8, seed, spki }] = [fixtureCardKey('bob-encryption'), fixtureSealKey('bob-encryption')];
  const to = { ...key, ekFp: ekFp(key) };
  const mine = { pkcs8, seed, ekFp: to.ekFp };
  const plain = Array.from({ length: chunks }, () => new Uint8Array(OAEP_MAX).fill(1));
  const sealed = sealToPerson({ to, context: hash, chunks: plain });
  const chunk = sealChunk(spki, hash);
  const us = await inTurns(times, {
    seal: () => sealToPerson({ to, context: hash, chunks: plain }),
    rsaSeal: () => plain.forEach((each) => void sealChunk(spki, each)),
    open: () => openSealed({ key: mine, context: hash, sealed }),
    rsaOpen: () => plain.forEach(() => void openChunk(pkcs8, chunk)),
  });
  const what = `${chunks} ${chunks === 1 ? 'chunk' : 'chunks'}`;
  const line = (verb: string, of: number, alone: number) =>
    print(`${verb} ${what} to a person: ${of.toFixed(0)} us; RSA alone ${alone.toFixed(0)} us; ${ratio(of, alone)}`);
  line('seal', us.seal, us.rsaSeal);
  line('open', us.open, us.rsaOpen);
  print(`${what} sealed: ${sealed.length} bytes; RSA alone ${chunks * 384}; ${ratio(sealed.length, chunks * 384)}`);
}

/** Each member has a key of their own, which was never used before. */
async function benchEpoch(print: Print, count: number): Promise<void> {
  const members = Array.from({ length: count }, (_, i) => memberCard(i));
  const before = process.cpuUsage();
  const { epoch, keys } = await mintEpoch(inlineRsa, {
    ...{ room: hash, logHead: hash, epochPrev: hash, time: 1, random: systemRandom, info: null, before: null },
    maker: { ...fixtureKey('alice-identity'), idFp: hash },
    members,
  });
  const { user, system } = process.cpuUsage(before);
  const us = user + system;
  const bytes = keys.reduce((sum, { chunk }) => sum + chunk.length, epoch.length);
  const rsaBytes = epoch.length + count * 384;
  print(
    `an epoch of ${count} members: ${(us / 1000).toFixed(0)} ms, ${(us / count).toFixed(0)} us a member; ` +
      `${bytes} bytes, with RSA alone ${rsaBytes}; ${ratio(bytes, rsaBytes)}`,
  );
}

function memberCard(index: number): Card {
  const ekSpki = createPublicKey(spareKey(index)).export({ type: 'spki', format: 'der' });
  const key = { ekSpki, xwingKey: xwingPublicKey(randomBytes(32)) };
  const life = { cardSeq: 1, notBefore: 0, notAfter: CARD_LIFE_MS, prevCardHash: new Uint8Array(32) };
  const [name, sigSpki] = [`m${index}`, fixtureKey('bob-identity').spki];
  return { ...key, ...life, name, sigSpki, idFp: identityFp(name, sigSpki), ekFp: ekFp(key), hash, sealable: true };
}

/** The CPU time of one call of each, in microseconds: the mean over ROUNDS in which they take turns, `times` calls each. */
async function inTurns<Name extends string>(times: number, work: Record<Name, () => unknown>) {
  const names = Object.keys(work) as Name[];
  const us = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  for (let round = 0; round < ROUNDS; round++)
    for (const name of names) us[name] += (1000 * (await cpuOfEach(times, work[name]))) / ROUNDS;
  return us;
}

if (import.meta.main) await benchSeal(console.log, process.argv.includes('--quick'));
