/** Checks the stored vectors against this code, and their content against node:crypto and the openssl command. */
import {
  constants,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  verify as nodeVerify,
  privateDecrypt,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ml_kem768_x25519 as reference } from '@noble/post-quantum/hybrid.js';
import test from 'ava';
import { systemClock } from '../../src/platform/clock.ts';
import { concat, equal, fromHex, H, hex, utf8 } from '../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../src/protocol/base/errors.ts';
import { checkPublicKey, openChunk, sealChunk, sign, verify } from '../../src/protocol/crypto/rsa.ts';
import { inlineRsa } from '../../src/protocol/crypto/rsa-pool.ts';
import { daemonFingerprint } from '../../src/protocol/link/daemon-identity.ts';
import {
  answerHello,
  encodeGreeting,
  startHandshake,
  takeHello,
  takeReply,
} from '../../src/protocol/link/handshake.ts';
import { RecordOpener, RecordSealer } from '../../src/protocol/link/record.ts';
import { LARGE_RECORD, recordType } from '../../src/protocol/link/record-format.ts';
import { gcmTag, openssl, withFiles } from '../helpers/protocol/openssl.ts';

const vectors = (name: string) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));

type Verdict<T> = (T & { what: string; verdict: string })[];
type RsaVectors = {
  keys: { spki: string; pkcs8: string };
  chunks: Verdict<{ chunk: string; plain?: string }>;
  signatures: Verdict<{ hash: string; signature: string }>;
  publicKeys: Verdict<{ spki: string }>;
};
const rsa = vectors('rsa') as RsaVectors;
const spki = fromHex(rsa.keys.spki);
const pkcs8 = fromHex(rsa.keys.pkcs8);
const oaep = ['-pkeyopt', 'rsa_padding_mode:oaep', '-pkeyopt', 'rsa_oaep_md:sha256', '-pkeyopt', 'rsa_mgf1_md:sha256'];
const pss = [
  '-sha256',
  '-sigopt',
  'rsa_padding_mode:pss',
  '-sigopt',
  'rsa_pss_saltlen:32',
  '-sigopt',
  'rsa_mgf1_md:sha256',
];

/** @returns 'refused' for a ProtocolError, else the result of `run` */
function verdict(run: () => string): string {
  try {
    return run();
  } catch (error) {
    if (error instanceof ProtocolError) return 'refused';
    throw error;
  }
}

test('RSA: every vector gets its verdict', (t) => {
  for (const v of rsa.chunks) {
    const come = verdict(() => (hex(openChunk(pkcs8, fromHex(v.chunk))) === v.plain ? 'opens' : 'other'));
    t.is(come, v.verdict, v.what);
  }
  for (const v of rsa.signatures) {
    t.is(verify(spki, fromHex(v.hash), fromHex(v.signature)) ? 'verifies' : 'refused', v.verdict, v.what);
  }
  for (const v of rsa.publicKeys) {
    t.is(
      verdict(() => [checkPublicKey(fromHex(v.spki)), 'accepted'][1] as string),
      v.verdict,
      v.what,
    );
  }
});

test('OAEP: node:crypto and openssl open our chunks, and we open those of openssl', (t) => {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  withFiles({ key: pkcs8, pub: spki }, (path) => {
    const open = ['pkeyutl', '-decrypt', '-inkey', path('key'), '-keyform', 'DER', ...oaep];
    for (const v of rsa.chunks.filter((v) => v.verdict === 'opens')) {
      t.is(hex(privateDecrypt({ key, ...padding }, fromHex(v.chunk))), v.plain ?? '', v.what);
      t.is(hex(openssl(open, fromHex(v.chunk))), v.plain ?? '', v.what);
    }
    t.is(hex(openssl(open, sealChunk(spki, utf8('fresh')))), hex(utf8('fresh')));
    const seal = ['pkeyutl', '-encrypt', '-pubin', '-inkey', path('pub'), '-keyform', 'DER', ...oaep];
    t.is(hex(openChunk(pkcs8, openssl(seal, utf8('from openssl')))), hex(utf8('from openssl')));
  });
});

test('PSS: node:crypto and openssl verify our signatures, and we verify those of openssl', (t) => {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  for (const v of rsa.signatures) {
    const [hash, signature] = [fromHex(v.hash), fromHex(v.signature)];
    t.is(nodeVerify('sha256', hash, { key, ...padding }, signature) ? 'verifies' : 'refused', v.verdict, v.what);
    withFiles({ pub: spki, hash, signature }, (path) => {
      const check = [
        'dgst',
        ...pss,
        '-verify',
        path('pub'),
        '-keyform',
        'DER',
        '-signature',
        path('signature'),
        path('hash'),
      ];
      if (v.verdict === 'verifies') t.notThrows(() => openssl(check), v.what);
      else t.throws(() => openssl(check), undefined, v.what);
    });
  }
  const hash = H('note', utf8('fresh'));
  withFiles({ key: pkcs8, pub: spki, hash, ours: sign(pkcs8, hash) }, (path) => {
    t.true(verify(spki, hash, openssl(['dgst', ...pss, '-sign', path('key'), '-keyform', 'DER', path('hash')])));
    const check = ['dgst', ...pss, '-verify', path('pub'), '-keyform', 'DER', '-signature', path('ours'), path('hash')];
    t.notThrows(() => openssl(check));
  });
});

type RecordVectors = {
  key: string;
  streams: Verdict<{ stream: string; opens: { type: number; body: string }[] }>;
};
const record = vectors('record') as RecordVectors;

test('records: every vector gets its verdict, whole and byte by byte', (t) => {
  for (const v of record.streams) {
    const stream = fromHex(v.stream);
    for (const pieces of [[stream], Array.from(stream, (byte) => Uint8Array.of(byte))]) {
      const opener = new RecordOpener(fromHex(record.key), LARGE_RECORD);
      const opened: unknown[] = [];
      const come = verdict(() => {
        for (const piece of pieces)
          for (const { type, body } of opener.push(piece)) opened.push({ type, body: hex(body) });
        return v.verdict === 'waits' ? 'waits' : 'opens';
      });
      t.is(come, v.verdict, v.what);
      t.deepEqual(opened, v.opens, v.what);
    }
  }
});

test('GCM: node:crypto and the block cipher of openssl make the same record', (t) => {
  const key = fromHex(record.key);
  const sealer = new RecordSealer(key, systemClock);
  for (const [counter, text] of ['', 'first', 'a text of more than one block of sixteen bytes'].entries()) {
    const bytes = concat(...sealer.seal(recordType.messages, utf8(text)));
    const [aad, sealed, tag] = [bytes.subarray(0, 4), bytes.subarray(4, -16), bytes.subarray(-16)];
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(counter, 8);
    const plain = concat(Uint8Array.of(recordType.messages), utf8(text));
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 }).setAAD(aad).setAuthTag(tag);
    t.is(hex(concat(decipher.update(sealed), decipher.final())), hex(plain));
    const iv = `${hex(nonce)}00000002`;
    t.is(hex(openssl(['enc', '-d', '-aes-256-ctr', '-K', hex(key), '-iv', iv], sealed)), hex(plain));
    t.is(hex(gcmTag(key, nonce, aad, sealed)), hex(tag));
  }
});

type HandshakeVectors = Record<
  'greeting' | 'fingerprint' | 'ephemeralSeed' | 'secret1' | 'parameters' | 'reply' | 'cb' | 'toDaemon' | 'toClient',
  string
> & {
  link: Record<'spki' | 'pkcs8' | 'xwingKey' | 'seed', string>;
  sign: { spki: string };
  hellos: Verdict<{ hello: string }>;
};
const handshake = vectors('handshake') as HandshakeVectors;
const link = {
  spki: fromHex(handshake.link.spki),
  pkcs8: fromHex(handshake.link.pkcs8),
  xwingKey: fromHex(handshake.link.xwingKey),
  seed: fromHex(handshake.link.seed),
};
const keys = { link, sign: { spki: fromHex(handshake.sign.spki), pkcs8: new Uint8Array(0) } };
const goodHello = fromHex(handshake.hellos[0]?.hello ?? '');
const reply = fromHex(handshake.reply);

/** Reads these bytes in order. */
function readerOf(bytes: Uint8Array) {
  let at = 0;
  return async (size: number) => {
    at += size;
    return bytes.subarray(at - size, at);
  };
}

test('handshake: every hello gets its verdict at the daemon', async (t) => {
  t.is(hex(encodeGreeting(keys)), handshake.greeting);
  t.is(hex(daemonFingerprint(keys)), handshake.fingerprint);
  const o = { rsa: inlineRsa, keys, rejectKey: new Uint8Array(32), parameters: fromHex(handshake.parameters) };
  for (const v of handshake.hellos) {
    const answered = takeHello(readerOf(fromHex(v.hello))).then((hello) => answerHello(hello, o));
    if (v.verdict === 'refused') await t.throwsAsync(answered, { name: 'ProtocolError', code: 'handshake' }, v.what);
    // The encapsulations are random, so the reply and the keys differ each time.
    else t.is((await answered).reply.length, reply.length, v.what);
  }
});

/** Section 2 of docs/PROTOCOL.md, computed with nothing of the link's code. */
function keysByDocument(hello: Uint8Array, reply: Uint8Array, ephemeralSeed: Uint8Array) {
  const sha = (...parts: Uint8Array[]) => parts.reduce((h, p) => h.update(p), createHash('sha256')).digest();
  const mac = (key: Uint8Array, ...parts: Uint8Array[]) =>
    parts.reduce((h, p) => h.update(p), createHmac('sha256', key)).digest();
  /** The HKDF of Noise with two outputs (Noise Protocol Framework, section 4.3). */
  const two = (ck: Uint8Array, ikm: Uint8Array): [Uint8Array, Uint8Array] => {
    const temp = mac(ck, ikm);
    const first = mac(temp, Uint8Array.of(1));
    return [first, mac(temp, first, Uint8Array.of(2))];
  };
  const tagOf = (key: Uint8Array, h: Uint8Array, sealed: Uint8Array) => gcmTag(key, new Uint8Array(12), h, sealed);
  const part = (bytes: Uint8Array, at: number, size: number) => bytes.subarray(at, at + size);
  const [ct1, ct2] = [part(hello, 6, 384), part(hello, 390, 1120)];
  const [ephemeral, tag] = [part(hello, 1510, 1216), part(hello, 2726, 16)];
  const [ct3, sealed] = [part(reply, 0, 1120), reply.subarray(1122)];
  let ck: Uint8Array = sha(utf8('SecureChat_pqNK_RSAOAEP3072+XWing-SHA256_AESGCM256_SHA256_v2'));
  let h = sha(ck, fromHex(`${hex(utf8('SCK2SCL2'))}0002010002`));
  for (const each of [link.spki, link.xwingKey, keys.sign.spki, ct1]) h = sha(h, each);
  let key: Uint8Array;
  [ck, key] = two(ck, openChunk(link.pkcs8, ct1));
  h = sha(h, ct2);
  [ck, key] = two(ck, reference.decapsulate(ct2, link.seed));
  h = sha(h, ephemeral);
  const tags = [equal(tagOf(key, h, new Uint8Array(0)), tag)];
  h = sha(sha(h, tag), ct3);
  [ck, key] = two(ck, reference.decapsulate(ct3, ephemeralSeed));
  tags.push(equal(tagOf(key, h, sealed.subarray(0, -16)), sealed.subarray(-16)));
  const [toDaemon, toClient] = two(ck, new Uint8Array(0)).map(hex);
  return { length: hello.length, ephemeral: hex(ephemeral), tags, cb: hex(sha(h, sealed)), toDaemon, toClient };
}

test('handshake: the keys follow from PROTOCOL.md alone', (t) => {
  const { ephemeralSeed, cb, toDaemon, toClient } = handshake;
  const ephemeral = hex(reference.getPublicKey(fromHex(ephemeralSeed)));
  const expected = { length: 2742, ephemeral, tags: [true, true], cb, toDaemon, toClient };
  t.is(hex(openChunk(link.pkcs8, goodHello.subarray(6, 390))), handshake.secret1);
  t.deepEqual(keysByDocument(goodHello, reply, fromHex(ephemeralSeed)), expected);
});

test('handshake: client and daemon reach the keys of PROTOCOL.md', async (t) => {
  const seed = new Uint8Array(32).fill(5);
  const client = startHandshake({ random: () => seed, greeting: keys, expect: daemonFingerprint(keys) });
  const o = { rsa: inlineRsa, keys, rejectKey: new Uint8Array(32), parameters: utf8('parameters') };
  const daemon = await answerHello(await takeHello(readerOf(client.hello)), o);
  const expected = keysByDocument(client.hello, daemon.reply, seed);
  t.deepEqual(expected.tags, [true, true]);
  for (const { cb, toDaemon, toClient } of [daemon, client.finish(await takeReply(readerOf(daemon.reply)))])
    t.like(expected, { cb: hex(cb), toDaemon: hex(toDaemon), toClient: hex(toClient) });
});
