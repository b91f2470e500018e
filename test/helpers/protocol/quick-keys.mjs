/**
 * Loaded into a program before its own code (node --import): its RSA keys are of primes from the fixtures, for the search takes
 * a third of a second of CPU and every program makes a spare pair. No two keys of programs of one test are alike.
 */
import crypto, { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';
import { isMainThread } from 'node:worker_threads';

const EXPONENT = 65_537n;
/** Keys that one program may make before they could be those of the next. */
const KEYS_OF_A_PROGRAM = 5;

/** @type {bigint[]} */
let primes = [];
let made = 0;

/** @returns two primes, in an order of all such pairs */
function pairAt(index) {
  let left = index % ((primes.length * (primes.length - 1)) / 2);
  for (let first = 0; ; first++) {
    const others = primes.length - 1 - first;
    if (left < others) return [primes[first], primes[first + 1 + left]];
    left -= others;
  }
}

function inverse(of, modulus) {
  let [a, b] = [of % modulus, modulus];
  let [x, y] = [1n, 0n];
  while (a !== 1n) {
    const times = b / a;
    [a, b] = [b - times * a, a];
    [x, y] = [y - times * x, x];
  }
  return ((x % modulus) + modulus) % modulus;
}

function keyOf([one, other]) {
  const [p, q] = one > other ? [one, other] : [other, one];
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n));
  const parts = { n: p * q, e: EXPONENT, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const text = (n) => Buffer.from(n.toString(16).replace(/^(.(..)*)$/, '0$1'), 'hex').toString('base64url');
  const key = Object.fromEntries(Object.entries(parts).map(([name, n]) => [name, text(n)]));
  return createPrivateKey({ key: { kty: 'RSA', ...key }, format: 'jwk' });
}

async function pair() {
  if (primes.length === 0) {
    const stored = JSON.parse(readFileSync(new URL('../../fixtures/primes.json', import.meta.url), 'utf8'));
    primes = stored.map((text) => BigInt(`0x${Buffer.from(text, 'base64').toString('hex')}`));
  }
  const privateKey = keyOf(pairAt(process.pid * KEYS_OF_A_PROGRAM + made++));
  return { publicKey: createPublicKey(privateKey), privateKey };
}

if (isMainThread) {
  crypto.generateKeyPair = Object.assign(() => {}, { [promisify.custom]: pair });
  syncBuiltinESMExports();
}
