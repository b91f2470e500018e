/**
 * Loaded into a program before its own code (node --import): its RSA keys are of primes from the fixtures, for the search takes
 * a third of a second of CPU and every program makes a spare pair. No two keys of programs of one test are alike.
 */
import crypto, { createPublicKey } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { spareKey } from '../../fixtures/spare-keys.ts';

/** Keys that one program may make before they could be those of the next. */
const KEYS_OF_A_PROGRAM = 5;

let made = 0;

async function pair() {
  const privateKey = spareKey(process.pid * KEYS_OF_A_PROGRAM + made++);
  return { publicKey: createPublicKey(privateKey), privateKey };
}

if (isMainThread) {
  crypto.generateKeyPair = Object.assign(() => {}, { [promisify.custom]: pair });
  syncBuiltinESMExports();
}
