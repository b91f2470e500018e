import test from 'ava';
import fc from 'fast-check';
import { systemRandom } from '../../../src/platform/random.ts';
import { concat, equal, fromHex, H, hmac, utf8 } from '../../../src/protocol/base/bytes.ts';
import { sealChunk } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { xwingPublicKey } from '../../../src/protocol/crypto/xwing.ts';
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
import { fixtureKey, fixtureSealKey } from '../../fixtures/keys.ts';
import { patched } from '../../helpers/protocol/damage.ts';
import { forgedHello } from '../../helpers/protocol/forged-hello.ts';
import { accepting, daemonKeys, fingerprint } from '../../helpers/protocol/link-pair.ts';
import { LOW_ORDER_POINTS, withoutX25519 } from '../../helpers/protocol/small-order.ts';

const failed = { name: 'ProtocolError', code: 'handshake' } as const;
const greeting: Greeting = { ...daemonKeys, fingerprint };
const answering = { rsa: inlineRsa, keys: daemonKeys, rejectKey: accepting.rejectKey };
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
  return startHandshake({ random: systemRandom, greeting, expect: fingerprint, ...o });
}

async function answer(hello: Uint8Array, o: Partial<typeof answering> = {}) {
  return answerHello(await takeHello(readerOf(hello)), { ...answering, parameters, ...o });
}

test('client and daemon derive the same keys, and the parameters arrive', async (t) => {
  const { hello, finish } = say();
  const { reply, ...daemon } = await answer(hello);
  const client = finish(await takeReply(readerOf(reply)));
  t.true(equal(client.parameters, parameters));
  for (const key of ['cb', 'toDaemon', 'toClient'] as const) t.true(equal(client[key], daemon[key]), key);
  t.false(equal(client.toDaemon, client.toClient));
});

test('bytes from outside raise only the error of this layer', async (t) => {
  const starts = fc.constantFrom('', 'SCK2', 'SCL2\x00\x02', 'SCL2').map((s) => Buffer.from(s, 'latin1'));
  const any = fc.tuple(starts, fc.uint8Array({ maxLength: 1000 })).map(([start, rest]) => concat(start, rest));
  await fc.assert(
    fc.asyncProperty(any, async (bytes) => {
      await t.throwsAsync(takeGreeting(readerOf(bytes)), { code: 'handshake' });
      await t.throwsAsync(answer(bytes), { code: 'handshake' });
    }),
  );
});

test('a reply of another handshake, or a damaged one, is refused', async (t) => {
  const one = say();
  const two = say();
  const { reply } = await answer(one.hello);
  const taken = await takeReply(readerOf(reply));
  t.throws(() => two.finish(taken), failed);
  for (const at of [0, 1087, 1088, 1119, 1122, reply.length - 1]) {
    const { hello, finish } = say();
    const changed = Uint8Array.from((await answer(hello)).reply);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const damaged = await takeReply(readerOf(changed));
    t.throws(() => finish(damaged), failed, `byte ${at}`);
  }
  await t.throwsAsync(takeReply(readerOf(concat(reply.subarray(0, 1120), Uint8Array.of(2, 0)))), failed);
});

test('a hello for the same link key under another signing key is refused: the transcript covers both', async (t) => {
  const other = { link: daemonKeys.link, sign: fixtureKey('mallory-identity') };
  const { hello } = say();
  await t.throwsAsync(answer(hello, { keys: other }), failed);
  t.false(equal(daemonFingerprint(other), fingerprint));
});

test('a greeting with unacceptable keys is refused', async (t) => {
  const [link, sign] = [daemonKeys.link.spki, daemonKeys.sign.spki].map((spki) => Uint8Array.from(spki));
  if (!link || !sign) return t.fail();
  sign[sign.length - 1] = 3;
  const bytes = encodeGreeting({ link: { spki: link, xwingKey: daemonKeys.link.xwingKey }, sign: { spki: sign } });
  await t.throwsAsync(takeGreeting(readerOf(bytes)), failed);
});

/** Where the parts of a hello begin. */
const AT = { ct1: 6, ct2: 390 };

test('attack: a client whose ephemeral key gives no secret is refused, though its tag fits', async (t) => {
  t.true((await answer(forgedHello())).reply.length > 1120, 'an honest one is answered');
  const good = xwingPublicKey(new Uint8Array(32));
  const bad = {
    'a coefficient of q or more': patched(good, 0, new Uint8Array(3).fill(255)),
    'an ML-KEM key of zeros': patched(good, 0, new Uint8Array(1152)),
    ...Object.fromEntries(LOW_ORDER_POINTS.map((point) => [point, patched(good, 1184, fromHex(point))])),
  };
  for (const [what, ephemeral] of Object.entries(bad))
    await t.throwsAsync(answer(forgedHello({ ephemeral })), failed, what);
});

test('attack: an answer never tells that a ciphertext did not open: its replacement cannot be guessed', async (t) => {
  const [zeros, ct1] = [new Uint8Array(32), new Uint8Array(384).fill(1)];
  for (const k1 of [zeros, new Uint8Array(0), hmac(zeros, ct1), H('daemon', ct1)])
    await t.throwsAsync(answer(forgedHello({ ct1, k1 })), failed);
  for (const size of [0, 31, 33]) {
    const k1 = new Uint8Array(size).fill(2);
    await t.throwsAsync(answer(forgedHello({ ct1: sealChunk(daemonKeys.link.spki, k1), k1 })), failed, `${size} bytes`);
  }
  for (const point of LOW_ORDER_POINTS) {
    const { ciphertext: ct2, secret } = withoutX25519(daemonKeys.link.xwingKey, fromHex(point));
    for (const ss2 of [secret, zeros, hmac(zeros, ct2)])
      await t.throwsAsync(answer(forgedHello({ ct2, ss2 })), failed, point);
  }
});

test('a secret that has a wrong length or does not open is replaced, and fails at the tag', async (t) => {
  const { hello } = say();
  const wrong = {
    'RSA, another ciphertext': patched(hello, AT.ct1, new Uint8Array(384).fill(1)),
    'RSA, a short secret': patched(hello, AT.ct1, sealChunk(daemonKeys.link.spki, new Uint8Array(31))),
    'ML-KEM, another ciphertext': patched(hello, AT.ct2, new Uint8Array(32).fill(1)),
    'X25519, another point': patched(hello, AT.ct2 + 1088, new Uint8Array(32).fill(9)),
    'X25519, a point of small order': patched(hello, AT.ct2 + 1088, new Uint8Array(32)),
  };
  const steps: string[] = [];
  const rsa: typeof inlineRsa = {
    ...inlineRsa,
    async openSecrets(task) {
      const opened = await inlineRsa.openSecrets(task);
      steps.push(opened.answer === null ? 'no answer' : 'answer');
      return opened;
    },
  };
  for (const [what, bytes] of Object.entries(wrong)) await t.throwsAsync(answer(bytes, { rsa }), failed, what);
  t.deepEqual(
    steps,
    Object.keys(wrong).map(() => 'answer'),
  );
});

test('both keys of the daemon are needed: with one of them replaced, a daemon cannot answer', async (t) => {
  const other = fixtureSealKey('mallory-encryption');
  for (const key of [{ pkcs8: other.pkcs8 }, { seed: other.seed }]) {
    const { hello } = say();
    await t.throwsAsync(answer(hello, { keys: { ...daemonKeys, link: { ...daemonKeys.link, ...key } } }), failed);
  }
});

test('a full RSA queue is answered as busy', async (t) => {
  const { hello } = say();
  const busy = Object.assign(new Error('busy'), { code: 'busy' });
  const rsa = { ...inlineRsa, openSecrets: () => Promise.reject(busy) };
  await t.throwsAsync(answer(hello, { rsa }), { is: busy });
});
