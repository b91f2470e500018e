import {
  constants,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  sign as nodeSign,
  verify as nodeVerify,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { concat, equal, H, utf8 } from '../../../src/protocol/base/bytes.ts';
import {
  canSealTo,
  checkPublicKey,
  generateKeyPair,
  OAEP_MAX,
  openChunk,
  publicKeyOf,
  RSA_BYTES,
  sealChunk,
  sign,
  verify,
} from '../../../src/protocol/crypto/rsa.ts';
import { fixtureKey, fixtureSealKey } from '../../fixtures/keys.ts';
import { evenKey, longExponent } from '../../helpers/protocol/bad-keys.ts';

const alice = fixtureSealKey('alice-encryption');
const bob = fixtureSealKey('bob-encryption');
const hash = H('note', utf8('text'));
const refused = { name: 'ProtocolError', code: 'key' } as const;
const publicKey = createPublicKey({ key: Buffer.from(alice.spki), format: 'der', type: 'spki' });
const privateKey = createPrivateKey({ key: Buffer.from(alice.pkcs8), format: 'der', type: 'pkcs8' });

function spkiOf(change: Partial<JsonWebKey>): Uint8Array {
  const jwk = { ...publicKey.export({ format: 'jwk' }), ...change };
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'der' });
}

test('chunks open and signatures verify for any content', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: OAEP_MAX }), (plain) => {
      const chunk = sealChunk(alice.spki, plain);
      t.is(chunk.length, RSA_BYTES);
      t.true(equal(openChunk(alice.pkcs8, chunk), plain));
      const signature = sign(alice.pkcs8, H('note', plain));
      t.is(signature.length, RSA_BYTES);
      t.true(verify(alice.spki, H('note', plain), signature));
    }),
    { numRuns: 30 },
  );
});

test('a changed chunk, or one for another key, does not open', (t) => {
  const chunk = sealChunk(alice.spki, utf8('text'));
  t.throws(() => openChunk(bob.pkcs8, chunk), refused);
  for (const at of [0, 1, 200, 383]) {
    const changed = Uint8Array.from(chunk);
    changed[at] = (changed[at] ?? 0) ^ 1;
    t.throws(() => openChunk(alice.pkcs8, changed), { ...refused, message: 'does not open' });
  }
});

test('a signature that is changed, short, long or by another key is invalid', (t) => {
  const signature = sign(alice.pkcs8, hash);
  t.true(verify(alice.spki, hash, signature));
  t.false(verify(bob.spki, hash, signature));
  t.false(verify(alice.spki, H('note', utf8('other')), signature));
  for (const at of [0, 100, 383]) {
    const changed = Uint8Array.from(signature);
    changed[at] = (changed[at] ?? 0) ^ 1;
    t.false(verify(alice.spki, hash, changed));
  }
  t.false(verify(alice.spki, hash, signature.subarray(1)));
  t.false(verify(alice.spki, hash, concat(signature, Uint8Array.of(0))));
  t.false(verify(alice.spki, hash, new Uint8Array(0)));
});

test('pitfall 1: node-rsa ignores OAEP labels, so we use none', (t) => {
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  t.true(equal(privateDecrypt({ key: privateKey, ...padding }, sealChunk(alice.spki, utf8('x'))), utf8('x')));
  const labelled = publicEncrypt({ key: publicKey, ...padding, oaepLabel: Buffer.from('label') }, Buffer.from('x'));
  t.throws(() => openChunk(alice.pkcs8, labelled), refused);
});

test('pitfall 2: signatures use SHA-256 with a salt of 32 bytes, not the default SHA-1 with 20', (t) => {
  const sha1 = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  t.throws(() => privateDecrypt({ key: privateKey, ...sha1 }, sealChunk(alice.spki, utf8('x'))));
  t.throws(() => openChunk(alice.pkcs8, publicEncrypt({ key: publicKey, ...sha1 }, Buffer.from('x'))), refused);
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING };
  const signature = sign(alice.pkcs8, hash);
  t.true(nodeVerify('sha256', hash, { key: publicKey, ...pss, saltLength: 32 }, signature));
  t.false(nodeVerify('sha256', hash, { key: publicKey, ...pss, saltLength: 20 }, signature));
  for (const [algorithm, saltLength] of [
    ['sha256', 20],
    ['sha1', 20],
    ['sha1', 32],
  ] as const) {
    t.false(verify(alice.spki, hash, nodeSign(algorithm, hash, { key: privateKey, ...pss, saltLength })));
  }
  t.false(verify(alice.spki, hash, nodeSign('sha256', hash, privateKey)), 'PKCS #1 v1.5');
});

test('pitfall 3: exactly one chunk is opened at a time', (t) => {
  t.throws(() => sealChunk(alice.spki, new Uint8Array(OAEP_MAX + 1)), { instanceOf: RangeError });
  const one = sealChunk(alice.spki, utf8('one'));
  const two = sealChunk(alice.spki, utf8('two'));
  for (const chunks of [
    new Uint8Array(0),
    concat(one, two),
    concat(two, one),
    one.subarray(1),
    concat(one, Uint8Array.of(0)),
  ]) {
    t.throws(() => openChunk(alice.pkcs8, chunks), refused);
  }
});

test('pitfall 4: bytes that are not a private key never become a new key', (t) => {
  for (const bad of [alice.spki, new Uint8Array(0), utf8('key'), alice.pkcs8.subarray(0, 1000)]) {
    t.throws(() => sign(bad, hash), refused);
    t.throws(() => openChunk(bad, sealChunk(alice.spki, utf8('x'))), refused);
    t.throws(() => publicKeyOf(bad), refused);
  }
  t.true(equal(publicKeyOf(alice.pkcs8), alice.spki));
});

test('pitfall 5: a public key never keeps the private half of another import', (t) => {
  sign(alice.pkcs8, hash);
  t.true(verify(alice.spki, hash, sign(alice.pkcs8, hash)));
  t.throws(() => sign(alice.spki, hash), refused);
  t.throws(() => openChunk(bob.spki, sealChunk(bob.spki, utf8('x'))), refused);
});

test('pitfall 6: only bytes are signed and sealed, and bytes are returned', (t) => {
  const words = new Uint16Array(32) as unknown as Uint8Array;
  t.throws(() => sign(alice.pkcs8, words), { instanceOf: RangeError });
  t.throws(() => verify(alice.spki, words, sign(alice.pkcs8, hash)), { instanceOf: RangeError });
  t.throws(() => sealChunk(alice.spki, words), { instanceOf: RangeError });
  t.throws(() => sign(alice.pkcs8, hash.subarray(1)), { instanceOf: RangeError });
  const chunk = sealChunk(alice.spki, Buffer.from('x'));
  for (const bytes of [chunk, openChunk(alice.pkcs8, chunk), sign(alice.pkcs8, hash)])
    t.true(bytes instanceof Uint8Array);
});

test('pitfall 7: a key of another size, exponent, kind or encoding is refused', (t) => {
  t.notThrows(() => checkPublicKey(alice.spki));
  const n = Buffer.from(publicKey.export({ format: 'jwk' }).n ?? '', 'base64url');
  const modulus = (bytes: number) =>
    spkiOf({ n: Buffer.concat([n.subarray(0, bytes - 1), Buffer.of(1)]).toString('base64url') });
  for (const bytes of [128, 256, 383]) t.throws(() => checkPublicKey(modulus(bytes)), refused);
  t.throws(() => checkPublicKey(spkiOf({ e: 'Aw' })), refused, 'e = 3');
  t.throws(() => checkPublicKey(concat(alice.spki, Uint8Array.of(0))), refused, 'trailing byte');
  t.throws(() => checkPublicKey(alice.spki.subarray(0, -1)), refused);
  // The same key as BER, not DER: the length of the outer sequence takes three bytes instead of two.
  const ber = concat(Uint8Array.of(0x30, 0x83, 0), alice.spki.subarray(2));
  t.throws(() => checkPublicKey(ber), refused, 'not DER');
  const pkcs1 = publicKey.export({ type: 'pkcs1', format: 'der' });
  t.throws(() => checkPublicKey(pkcs1), refused, 'PKCS #1');
  t.throws(() => checkPublicKey(utf8(publicKey.export({ type: 'spki', format: 'pem' }).toString())), refused, 'PEM');
  const ed25519 = Buffer.from('MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=', 'base64');
  t.throws(() => checkPublicKey(ed25519), refused, 'Ed25519');
  t.throws(() => sealChunk(spkiOf({ e: 'Aw' }), utf8('x')), refused);
  t.throws(() => verify(modulus(256), hash, new Uint8Array(RSA_BYTES)), refused);
});

test('pitfall 7: no changed byte of a key passes as that key', (t) => {
  fc.assert(
    fc.property(fc.nat(alice.spki.length - 1), fc.nat(7), (at, bit) => {
      const changed = Uint8Array.from(alice.spki);
      changed[at] = (changed[at] ?? 0) ^ (1 << bit);
      try {
        checkPublicKey(changed);
        // A changed modulus is another key; nothing else may differ.
        t.true(at >= 33 && at < 417, `byte ${at}`);
      } catch (error) {
        t.like(error, refused);
      }
    }),
  );
});

test('a public key that does not work or has a small factor is refused; all others can be sealed to', (t) => {
  for (const name of ['alice-identity', 'bob-encryption', 'daemon-link', 'spare'] as const) {
    t.notThrows(() => checkPublicKey(fixtureKey(name).spki));
    t.true(canSealTo(fixtureKey(name).spki));
  }
  const weak = fixtureKey('weak').spki;
  for (const bad of [evenKey(alice.spki), weak, longExponent(60_000), utf8('key'), new Uint8Array()]) {
    t.throws(() => checkPublicKey(bad), refused);
    t.false(canSealTo(bad));
  }
  t.throws(() => sealChunk(evenKey(alice.spki), utf8('x')), refused);
  t.throws(() => verify(evenKey(alice.spki), hash, new Uint8Array(RSA_BYTES)), refused);
  const n = BigInt(`0x${Buffer.from(alice.spki.subarray(33, 417)).toString('hex')}`);
  for (const prime of [3n, 5n, 127n, 743n, 751n]) {
    const multiple = n + 2n * prime - (n % (2n * prime)) + prime;
    const spki = Uint8Array.from(alice.spki);
    spki.set(Buffer.from(multiple.toString(16), 'hex'), 33);
    t.throws(() => checkPublicKey(spki), refused, `${prime}`);
  }
});

test('an exponent of 60,000 bytes is refused by its length: 1,000 times within a second', (t) => {
  const long = longExponent(60_000);
  const began = performance.now();
  for (let i = 0; i < 1000; i++) t.throws(() => checkPublicKey(long), refused);
  t.true(performance.now() - began < 1000);
});

test('pitfall 8: keys are imported once, and each is found among many', (t) => {
  const n = Buffer.from(publicKey.export({ format: 'jwk' }).n ?? '', 'base64url');
  const many = Array.from({ length: 300 }, (_, i) => {
    n.writeUInt16BE(i * 2 + 1, 200);
    return spkiOf({ n: n.toString('base64url') });
  });
  for (const spki of many) t.false(verify(spki, hash, new Uint8Array(RSA_BYTES)));
  t.true(verify(alice.spki, hash, sign(alice.pkcs8, hash)));
  t.throws(() => openChunk(alice.pkcs8, sealChunk(many[0] ?? bob.spki, utf8('x'))), refused);
});

test('pitfall 9: a key pair is generated off the event loop, without output', async (t) => {
  const said: unknown[] = [];
  const warn = console.warn;
  console.warn = (...words) => said.push(words);
  t.teardown(() => {
    console.warn = warn;
  });
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  }, 1);
  const pair = await generateKeyPair();
  clearInterval(counting);
  t.true(turns > 3);
  t.deepEqual(said, []);
  checkPublicKey(pair.spki);
  t.true(verify(pair.spki, hash, sign(pair.pkcs8, hash)));
});

test('pitfall 10: node-rsa is pinned to 2.0.0 and imported by one file', (t) => {
  const at = (path: string) => new URL(`../../../${path}`, import.meta.url);
  const { version } = JSON.parse(readFileSync(at('node_modules/node-rsa/package.json'), 'utf8')) as { version: string };
  t.is(version, '2.0.0');
  const importers = readdirSync(at('src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .filter((file) => /from 'node-rsa'/.test(readFileSync(at(`src/${file}`), 'utf8')));
  t.deepEqual(importers, ['protocol/crypto/rsa.ts']);
});
