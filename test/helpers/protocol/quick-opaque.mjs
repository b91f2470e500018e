/** The OPAQUE library with another stretching of passwords than it is called with. */
import { client as original, ready, server } from '@serenity-kit/opaque';
import { lightArgon2 } from '../../fixtures/light-argon2.ts';

const client = {
  ...original,
  finishRegistration: (params) => original.finishRegistration({ ...params, keyStretching: lightArgon2 }),
  finishLogin: (params) => original.finishLogin({ ...params, keyStretching: lightArgon2 }),
};

export { client, ready, server };
