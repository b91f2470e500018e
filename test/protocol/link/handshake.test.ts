import test from 'ava';
import fc from 'fast-check';
import { systemRandom } from '../../../src/platform/random.ts';
import { concat, equal, hmac, utf8 } from '../../../src/protocol/base/bytes.ts';
import { sealChunk } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { daemonFingerprint } from '../../../src/protocol/link/daemon-identity.ts';
import {
  answerHello,
  encodeGreeting,
  type Greeting,
  startHandshake,
  takeGreeting,
  takeHello,
  takeReply,
} from '../../../src/protocol/link/handshake.ts';
import { fixtureKey } from '../../fixtures/keys.ts';
import { accepting, daemonKeys, fingerprint } from '../../helpers/protocol/link-pair.ts';

const failed = { name: 'ProtocolError', code: 'handshake' } as const;
const greeting: Greeting = { linkSpki: daemonKeys.link.spki, signSpki: daemonKeys.sign.spki, fingerprint };
const answering = { rsa: inlineRsa, random: systemRandom, keys: daemonKeys, rejectKey: accepting.rejectKey };
const parameters = utf8('parameters');

/** Reads from these bytes, then fails like a stream that ended. */
function readerOf(bytes: Uint8Array) {
  let at = 0;
  return async (size: number) => {
    if (at + size > bytes.length) throw Object.assign(new Error('ended'), failed);
    at += size;
    return bytes.subarray(at - size, at);
  };
}

function say(o: Partial<Parameters<typeof startHandshake>[0]> = {}) {
  const ephemeral = fixtureKey('ephemeral');
  return startHandshake({ rsa: inlineRsa, random: systemRandom, greeting, expect: fingerprint, ephemeral, ...o });
}

async function answer(hello: Uint8Array, o: Partial<typeof answering> = {}) {
  return answerHello(await takeHello(readerOf(hello)), { ...answering, parameters, ...o });
}

test('client and daemon derive the same keys, and the parameters arrive', async (t) => {
  const { hello, finish } = await say();
  const { reply, ...daemon } = await answer(hello);
  const client = await finish(await takeReply(readerOf(reply)));
  t.true(equal(client.parameters, parameters));
  for (const key of ['cb', 'toDaemon', 'toClient'] as const) t.true(equal(client[key], daemon[key]), key);
  t.false(equal(client.toDaemon, client.toClient));
});

test('bytes from outside raise only the error of this layer', async (t) => {
  const starts = fc.constantFrom('', 'SCK1', 'SCL1\x00\x01', 'SCL1').map((s) => Buffer.from(s, 'latin1'));
  const any = fc.tuple(starts, fc.uint8Array({ maxLength: 1000 })).map(([start, rest]) => concat(start, rest));
  await fc.assert(
    fc.asyncProperty(any, async (bytes) => {
      await t.throwsAsync(takeGreeting(readerOf(bytes)), { code: 'handshake' });
      await t.throwsAsync(answer(bytes), { code: 'handshake' });
    }),
  );
});

test('a reply of another handshake, or a damaged one, is refused', async (t) => {
  const one = await say();
  const two = await say();
  const { reply } = await answer(one.hello);
  await t.throwsAsync(two.finish(await takeReply(readerOf(reply))), failed);
  for (const at of [0, 383, 386, reply.length - 1]) {
    const { hello, finish } = await say();
    const changed = Uint8Array.from((await answer(hello)).reply);
    changed[at] = (changed[at] ?? 0) ^ 1;
    await t.throwsAsync(finish(await takeReply(readerOf(changed))), failed, `byte ${at}`);
  }
  await t.throwsAsync(takeReply(readerOf(concat(reply.subarray(0, 384), Uint8Array.of(2, 0)))), failed);
});

test('a hello for the same link key under another signing key is refused: the transcript covers both', async (t) => {
  const other = { link: daemonKeys.link, sign: fixtureKey('mallory-identity') };
  const { hello } = await say();
  await t.throwsAsync(answer(hello, { keys: other }), failed);
  t.false(equal(daemonFingerprint(other.link.spki, other.sign.spki), fingerprint));
});

test('a greeting with unacceptable keys is refused', async (t) => {
  const [link, sign] = [daemonKeys.link.spki, daemonKeys.sign.spki].map((spki) => Uint8Array.from(spki));
  if (!link || !sign) return t.fail();
  sign[sign.length - 1] = 3;
  const pair = (spki: Uint8Array) => ({ spki, pkcs8: new Uint8Array(0) });
  const bytes = encodeGreeting({ link: pair(link), sign: pair(sign) });
  await t.throwsAsync(takeGreeting(readerOf(bytes)), failed);
});

test('an unacceptable ephemeral key is refused before anything is opened', async (t) => {
  let opened = 0;
  const rsa: typeof inlineRsa = {
    ...inlineRsa,
    open: (...o) => {
      opened += 1;
      return inlineRsa.open(...o);
    },
  };
  const spki = Uint8Array.from(fixtureKey('ephemeral').spki);
  spki[spki.length - 1] = 3;
  const hello = { ct1: new Uint8Array(384), ephemeralSpki: spki, tag: new Uint8Array(16) };
  await t.throwsAsync(answerHello(hello, { ...answering, rsa, parameters }), failed);
  t.is(opened, 0);
});

test('a secret that has a wrong length or does not open is replaced by HMAC(rejectKey, ct1) and fails at the tag', async (t) => {
  for (const ct1 of [sealChunk(daemonKeys.link.spki, new Uint8Array(31)), new Uint8Array(384).fill(1)]) {
    // Only a client with the reject key can answer for it, which proves that it is used.
    const { hello } = await say({
      rsa: { ...inlineRsa, seal: async () => [ct1] },
      random: () => hmac(accepting.rejectKey, ct1),
    });
    await t.notThrowsAsync(answer(hello));
    await t.throwsAsync(answer(hello, { rejectKey: new Uint8Array(32) }), failed);
  }
});

test('a full RSA queue is answered as busy', async (t) => {
  const { hello } = await say();
  const busy = Object.assign(new Error('busy'), { code: 'busy' });
  const rsa = { ...inlineRsa, open: () => Promise.reject(busy) };
  await t.throwsAsync(answer(hello, { rsa }), { is: busy });
});
