/**
 * OPAQUE that stretches a password for next to nothing, where a login by the agreed argon2id takes a quarter of a second. Only
 * for accounts that are made and opened by it: programs, and the daemon with a password of users.txt, stretch as agreed.
 */
import { inlineOpaque, type Opaque } from '../../../src/protocol/crypto/opaque.ts';
import { clientStepsWith } from '../../../src/protocol/crypto/opaque-calls.ts';

const fast = clientStepsWith({ 'argon2id-custom': { iterations: 1, memory: 32, parallelism: 4 } });

export const fastOpaque: Opaque = {
  ...inlineOpaque,
  clientRegisterFinish: async (...args) => fast.clientRegisterFinish(...args),
  clientLoginFinish: async (...args) => fast.clientLoginFinish(...args),
};
