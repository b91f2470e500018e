import { argon2Sync } from 'node:crypto';
import test from 'ava';
import { hex, Reader, utf8, Writer } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import {
  PASSPHRASE_SALT_BYTES,
  passphraseCost,
  passphraseKey,
  readPassphraseCost,
  writePassphraseCost,
} from '../../../src/protocol/crypto/passphrase-key.ts';

const salt = utf8('sixteen bytes ok');
const cheap = { memory: 64, passes: 2, lanes: 2 };

test('this Node computes the vector of RFC 9106, section 5.3', (t) => {
  const tag = argon2Sync('argon2id', {
    message: new Uint8Array(32).fill(1),
    nonce: new Uint8Array(16).fill(2),
    secret: new Uint8Array(8).fill(3),
    associatedData: new Uint8Array(12).fill(4),
    parallelism: 4,
    tagLength: 32,
    memory: 32,
    passes: 3,
  });
  t.is(tag.toString('hex'), '0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659');
});

// The value was computed with @noble/hashes 2 and with cryptography 48 (Python), which agree.
test('the key is that of two other implementations, however the passphrase was typed', async (t) => {
  const expected = '40be78c3f316284c32f9d04d3d57835706b68c54652595e394c316ce697dd73b';
  t.is(hex(await passphraseKey('pass phrase é', salt, cheap)), expected);
  t.is(hex(await passphraseKey('pass\u00a0phrase e\u0301', salt, cheap)), expected);
  t.not(hex(await passphraseKey('pass phrase e', salt, cheap)), expected);
});

test('the loop goes on while a key of full cost is computed', async (t) => {
  let turns = 0;
  let isDone = false;
  const key = passphraseKey('a few words', salt).finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    turns += 1;
  }
  t.is((await key).length, 32);
  t.true(turns > 1);
});

test('the parameters are read as they were written', (t) => {
  const bytes = writePassphraseCost(new Writer(), passphraseCost).finish();
  t.is(hex(bytes), '000100000304');
  const reader = new Reader(bytes);
  t.deepEqual(readPassphraseCost(reader), passphraseCost);
  t.notThrows(() => reader.end());
});

for (const cost of [
  { memory: 0xffffffff, passes: 1, lanes: 1 },
  { memory: 262_145, passes: 1, lanes: 1 },
  { memory: 64, passes: 17, lanes: 1 },
  { memory: 1024, passes: 1, lanes: 17 },
  { memory: 31, passes: 1, lanes: 4 },
  { memory: 64, passes: 0, lanes: 1 },
  { memory: 64, passes: 1, lanes: 0 },
])
  test(`parameters that are not allowed: ${JSON.stringify(cost)}`, async (t) => {
    const bytes = writePassphraseCost(new Writer(), cost).finish();
    const refused = { instanceOf: ProtocolError, code: 'key', message: 'the parameters of Argon2 are not allowed' };
    t.throws(() => readPassphraseCost(new Reader(bytes)), refused);
    await t.throwsAsync(passphraseKey('a few words', salt, cost), refused);
  });

test('a salt of another length is refused', async (t) => {
  const long = new Uint8Array(PASSPHRASE_SALT_BYTES + 1);
  await t.throwsAsync(passphraseKey('a few words', long, cheap), { instanceOf: ProtocolError, code: 'key' });
});
