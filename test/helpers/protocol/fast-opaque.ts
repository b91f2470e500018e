/**
 * OPAQUE with a cheap Argon2id; the real one takes a quarter of a second per login. It only fits accounts that are registered and
 * opened with it: real programs, and passwords in users.txt, use the real parameters.
 */
import { inlineOpaque, type Opaque } from '../../../src/protocol/crypto/opaque.ts';
import { clientStepsWith } from '../../../src/protocol/crypto/opaque-calls.ts';

const fast = clientStepsWith({ 'argon2id-custom': { iterations: 1, memory: 32, parallelism: 4 } });

export const fastOpaque: Opaque = {
  ...inlineOpaque,
  clientRegisterFinish: async (...args) => fast.clientRegisterFinish(...args),
  clientLoginFinish: async (...args) => fast.clientLoginFinish(...args),
};
