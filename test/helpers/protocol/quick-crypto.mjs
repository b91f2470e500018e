/**
 * Loaded into a program and its threads before their own code (node --import). Its RSA keys are of primes from the fixtures, for
 * the search takes a third of a second of CPU and every program makes a spare pair; no two keys of programs of one test are
 * alike. Passwords are stretched as fast-opaque does, where argon2id as agreed takes a quarter of a second.
 */
import crypto, { createPublicKey } from 'node:crypto';
import { registerHooks, syncBuiltinESMExports } from 'node:module';
import { promisify } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { spareKey } from '../../fixtures/spare-keys.ts';

/** Keys that one program may make before they could be those of the next. */
const KEYS_OF_A_PROGRAM = 5;

const quickOpaque = new URL('./quick-opaque.mjs', import.meta.url).href;
let made = 0;

async function pair() {
  const privateKey = spareKey(process.pid * KEYS_OF_A_PROGRAM + made++);
  return { publicKey: createPublicKey(privateKey), privateKey };
}

if (isMainThread) {
  crypto.generateKeyPair = Object.assign(() => {}, { [promisify.custom]: pair });
  syncBuiltinESMExports();
} else {
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== '@serenity-kit/opaque' || context.parentURL === quickOpaque) return next(specifier, context);
      return { url: quickOpaque, shortCircuit: true };
    },
  });
}
