/** The primitives of RSA, the handshake, and records: inputs, results, and the verdict that an implementation must reach. */
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { concat, H, hex, utf8 } from '../../src/protocol/base/bytes.ts';
import { OAEP_MAX, sealChunk, sign } from '../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../src/protocol/crypto/rsa-pool.ts';
import { type DaemonKeys, daemonFingerprint } from '../../src/protocol/link/daemon-identity.ts';
import type { ExactReader } from '../../src/protocol/link/exact-reader.ts';
import {
  answerHello,
  encodeGreeting,
  startHandshake,
  takeHello,
  takeReply,
} from '../../src/protocol/link/handshake.ts';
import { encodeParameters } from '../../src/protocol/link/parameters.ts';
import { RecordSealer } from '../../src/protocol/link/record.ts';
import { recordLimits, recordType } from '../../src/protocol/link/record-format.ts';
import { fixtureKey, fixtureSealKey } from '../../test/fixtures/keys.ts';
import { flipped } from './vector.ts';

export function rsaVectors() {
  const alice = fixtureSealKey('alice-encryption');
  const plains = { empty: new Uint8Array(0), text: utf8('a short text'), full: new Uint8Array(OAEP_MAX).fill(0xa5) };
  const chunks = Object.entries(plains).map(([what, plain]) => ({ what, plain, chunk: sealChunk(alice.spki, plain) }));
  const hash = H('note', utf8('vector'));
  const signature = sign(alice.pkcs8, hash);
  const [empty, text, full] = chunks;
  if (!empty || !text || !full) throw new Error('three chunks');
  return {
    keys: { spki: hex(alice.spki), pkcs8: hex(alice.pkcs8) },
    chunks: [
      ...chunks.map(({ what, plain, chunk }) => ({ what, chunk: hex(chunk), verdict: 'opens', plain: hex(plain) })),
      { what: 'first byte changed', chunk: hex(flipped(text.chunk, 0)), verdict: 'refused' },
      { what: 'last byte changed', chunk: hex(flipped(text.chunk, 383)), verdict: 'refused' },
      { what: 'cut', chunk: hex(text.chunk.subarray(1)), verdict: 'refused' },
      { what: 'two chunks', chunk: hex(concat(text.chunk, full.chunk)), verdict: 'refused' },
      { what: 'nothing', chunk: '', verdict: 'refused' },
    ],
    signatures: [
      { what: 'good', hash: hex(hash), signature: hex(signature), verdict: 'verifies' },
      { what: 'other hash', hash: hex(flipped(hash, 0)), signature: hex(signature), verdict: 'refused' },
      { what: 'changed', hash: hex(hash), signature: hex(flipped(signature, 100)), verdict: 'refused' },
      { what: 'cut', hash: hex(hash), signature: hex(signature.subarray(0, 383)), verdict: 'refused' },
    ],
    publicKeys: [
      { what: 'good', spki: hex(alice.spki), verdict: 'accepted' },
      { what: 'a byte after it', spki: `${hex(alice.spki)}00`, verdict: 'refused' },
      { what: 'e = 65539', spki: hex(concat(alice.spki.subarray(0, -1), Uint8Array.of(3))), verdict: 'refused' },
      { what: 'cut', spki: hex(alice.spki.subarray(0, -1)), verdict: 'refused' },
    ],
  };
}

export async function handshakeVectors() {
  const keys: DaemonKeys = { link: fixtureSealKey('daemon-link'), sign: fixtureKey('daemon-sign') };
  const rejectKey = new Uint8Array(32).fill(9);
  // The client draws the seed of its ephemeral key, then the secret that it seals with RSA.
  const [seed, secret1] = [new Uint8Array(32).fill(0x11), new Uint8Array(32).fill(0x22)];
  const drawn = [seed, secret1];
  const parameters = encodeParameters(
    { messages: 2, software: 'vector 2', time: 1_700_000_000_000 },
    new Uint8Array(32).fill(7),
  );
  const fingerprint = daemonFingerprint(keys);
  const { hello, finish } = startHandshake({
    random: () => drawn.shift() ?? seed,
    greeting: keys,
    expect: fingerprint,
  });
  const read = readerOf(hello);
  const answer = await answerHello(await takeHello(read), { rsa: inlineRsa, keys, rejectKey, parameters });
  const agreed = finish(await takeReply(readerOf(answer.reply)));
  const spoilt = {
    magic: 3,
    suite: 5,
    ct1: 100,
    'ct2, ML-KEM': 400,
    'ct2, X25519': 1480,
    'ephemeral key': 2000,
    tag: hello.length - 1,
  };
  return {
    link: {
      spki: hex(keys.link.spki),
      pkcs8: hex(keys.link.pkcs8),
      xwingKey: hex(keys.link.xwingKey),
      seed: hex(keys.link.seed),
    },
    sign: { spki: hex(keys.sign.spki) },
    ephemeralSeed: hex(seed),
    secret1: hex(secret1),
    fingerprint: hex(fingerprint),
    greeting: hex(encodeGreeting(keys)),
    parameters: hex(parameters),
    reply: hex(answer.reply),
    cb: hex(agreed.cb),
    toDaemon: hex(agreed.toDaemon),
    toClient: hex(agreed.toClient),
    hellos: [
      { what: 'good', hello: hex(hello), verdict: 'answered' },
      ...Object.entries(spoilt).map(([what, at]) => ({
        what: `changed ${what}`,
        hello: hex(flipped(hello, at)),
        verdict: 'refused',
      })),
    ],
  };
}

/** Reads these bytes in order. */
function readerOf(bytes: Uint8Array): ExactReader {
  let at = 0;
  return async (size) => {
    at += size;
    return bytes.subarray(at - size, at);
  };
}

export function recordVectors() {
  const key = new Uint8Array(32).map((_, i) => i);
  const still: Clock = { ...systemClock, monotonic: () => 0 };
  const sealer = new RecordSealer(key, still, { ...recordLimits, records: 4 });
  const contents = [
    { type: recordType.confirm, body: utf8('parameters') },
    { type: recordType.messages, body: concat(Uint8Array.of(0, 0, 0, 2), utf8('hi')) },
    { type: recordType.segment, body: concat(new Uint8Array(12).fill(1), new Uint8Array(100).fill(2)) },
    { type: recordType.messages, body: concat(Uint8Array.of(0, 0, 0, 0)) },
    { type: recordType.close, body: new Uint8Array(0) },
  ];
  const sealed = contents.map(({ type, body }) => sealer.seal(type, body));
  const whole = concat(...sealed.flat());
  const [first, second, third] = sealed.map((pieces) => concat(...pieces));
  if (!first || !second || !third) throw new Error('three records');
  const all = contents.map(({ type, body }) => ({ type, body: hex(body) }));
  const stream = (what: string, bytes: Uint8Array, opened: number, verdict: 'opens' | 'refused' | 'waits') => ({
    what,
    stream: hex(bytes),
    opens: all.slice(0, opened),
    verdict,
  });
  return {
    key: hex(key),
    streams: [
      stream('all, with a rekey before the fourth', whole, 5, 'opens'),
      stream('cut in the second', concat(first, second.subarray(0, -1)), 1, 'waits'),
      stream('second left out', concat(first, third), 1, 'refused'),
      stream('second repeated', concat(first, second, second), 2, 'refused'),
      stream('second before the first', concat(second, first), 0, 'refused'),
      stream('length changed', concat(first, flipped(second, 3)), 1, 'refused'),
      stream('type changed', concat(first, flipped(second, 4)), 1, 'refused'),
      stream('tag changed', concat(first, flipped(second, second.length - 1)), 1, 'refused'),
      stream('claims 4 GiB', concat(first, Uint8Array.of(255, 255, 255, 255)), 1, 'refused'),
      stream('claims nothing', concat(first, Uint8Array.of(0, 0, 0, 16)), 1, 'refused'),
    ],
  };
}
