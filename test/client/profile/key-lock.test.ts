import { hash } from 'node:crypto';
import test from 'ava';
import { type KeyLock, lockKey, readLock } from '../../../src/client/profile/key-lock.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { concat, fromHex, hex, utf8 } from '../../../src/protocol/base/bytes.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';

const key = Uint8Array.from({ length: 32 }, (_, at) => at);
const cheap = { memory: 64, passes: 1, lanes: 1 };
const lockedBytes = (after: number | null = 900_000) =>
  lockKey(key, { passphrase: 'correct horse', after }, systemRandom, cheap);

function lockIn(bytes: Uint8Array): KeyLock {
  const lock = readLock(bytes);
  if (lock === null) throw new Error('no lock');
  return lock;
}

/** The bytes with a hash that fits them: what somebody who wants to harm can write. */
function rehashed(bytes: Uint8Array): Uint8Array {
  const content = bytes.subarray(0, -32);
  return concat(content, hash('sha256', content, 'buffer'));
}

function changed(bytes: Uint8Array, at: number, by = 1): Uint8Array {
  return bytes.map((byte, place) => (place === at ? byte ^ by : byte));
}

test('a locked key opens with its passphrase alone, however that was typed', async (t) => {
  const lock = lockIn(await lockedBytes());
  t.is(lock.after, 900_000);
  t.deepEqual(await lock.open('correct horse'), Buffer.from(key));
  t.deepEqual(await lock.open('correct\u00a0horse'), Buffer.from(key));
  t.is(await lock.open('correct horsf'), null);
  t.is(await lock.open(''), null);
  t.is(lockIn(await lockedBytes(null)).after, null);
});

test('two locks of one key under one passphrase have nothing in common but the header', async (t) => {
  const [one, two] = await Promise.all([lockedBytes(), lockedBytes()]);
  t.is(one.length, 135);
  t.is(hex(one.subarray(0, 27)), hex(two.subarray(0, 27)));
  t.not(hex(one.subarray(27, 43)), hex(two.subarray(27, 43)), 'salt');
  t.not(hex(one.subarray(55, 87)), hex(two.subarray(55, 87)), 'sealed key');
});

// Written by this program. A change of the layout breaks the profiles of everyone who locked theirs.
test('a lock of today opens', async (t) => {
  const bytes = fromHex(
    [
      '73656375726563686174206c6f636b0a0100000040010100000384cb5dd3a7c5ff2a29b598c78802db9934d490',
      'c0f4279989e4741f89df410ec8e4b9fd0b1b4a6dac9c2fb3dc07ccb57ed0fe10e4c79e931567d4a4c98655d96d',
      'e3e6bf655721bde9fa0fa1b27d85f227a38724e66f985ebd439e6bf8b1908f0c170d3b1f5998f11f0997b1c441',
    ].join(''),
  );
  t.deepEqual(await lockIn(bytes).open('correct horse'), Buffer.from(key));
});

test('bytes that do not begin as a lock are none', (t) => {
  for (const bytes of [key, new Uint8Array(0), utf8('securechat lock')]) t.is(readLock(bytes), null);
});

test('every changed or missing byte of the file is noticed as damage', async (t) => {
  const bytes = await lockedBytes();
  for (let at = 16; at < bytes.length; at++)
    t.throws(() => readLock(changed(bytes, at)), { instanceOf: ProtocolError }, `byte ${at}`);
  for (let size = 16; size < bytes.length; size++)
    t.throws(() => readLock(bytes.subarray(0, size)), { instanceOf: ProtocolError }, `${size} bytes`);
  t.throws(() => readLock(concat(bytes, utf8('x'))), { instanceOf: ProtocolError });
});

test('a change by somebody who mends the hash opens nothing', async (t) => {
  const bytes = await lockedBytes();
  // The time after which the screen asks, the salt, the nonce, the sealed key, the tag.
  for (const at of [23, 26, 27, 42, 43, 54, 55, 86, 87, 102])
    t.is(await lockIn(rehashed(changed(bytes, at))).open('correct horse'), null, `byte ${at}`);
});

test('parameters that would take all memory are refused before any is taken', async (t) => {
  const bytes = await lockedBytes();
  const greedy = bytes.slice();
  greedy.set([0xff, 0xff, 0xff, 0xff], 17);
  t.throws(() => readLock(rehashed(greedy)), { instanceOf: ProtocolError, code: 'key' });
});

test('a lock of a newer program is refused as such', async (t) => {
  const bytes = await lockedBytes();
  t.throws(() => readLock(rehashed(changed(bytes, 16, 3))), { instanceOf: ProtocolError, code: 'version' });
});
