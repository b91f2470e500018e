/**
 * OPAQUE with a cheap Argon2id; the real one takes a quarter of a second per login. It only fits accounts that are registered and
 * opened with it, as the programs of tests do (quick-crypto.mjs). Passwords in users.txt use the real parameters.
 */
import { inlineOpaque, type Opaque } from '../../../src/protocol/crypto/opaque.ts';
import { clientStepsWith } from '../../../src/protocol/crypto/opaque-calls.ts';
import { lightArgon2 } from '../../fixtures/light-argon2.ts';

const fast = clientStepsWith(lightArgon2);

export const fastOpaque: Opaque = {
  ...inlineOpaque,
  clientRegisterFinish: async (...args) => fast.clientRegisterFinish(...args),
  clientLoginFinish: async (...args) => fast.clientLoginFinish(...args),
};
