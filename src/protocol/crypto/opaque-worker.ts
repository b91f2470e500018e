/** What runs on the threads of opaque.ts: argon2id holds one for a fifth of a second and more. */
import * as calls from './opaque-calls.ts';

/** The parameters of a step, as the one value that goes to a thread. */
type Of<F extends (...args: never) => unknown> = Parameters<F>;

export const createSetup = (args: Of<typeof calls.createSetup>) => calls.createSetup(...args);
export const publicPart = (args: Of<typeof calls.publicPart>) => calls.publicPart(...args);
export const clientRegister = (args: Of<typeof calls.clientRegister>) => calls.clientRegister(...args);
export const clientRegisterFinish = (args: Of<typeof calls.clientRegisterFinish>) =>
  calls.clientRegisterFinish(...args);
export const clientLogin = (args: Of<typeof calls.clientLogin>) => calls.clientLogin(...args);
export const clientLoginFinish = (args: Of<typeof calls.clientLoginFinish>) => calls.clientLoginFinish(...args);
export const serverRegister = (args: Of<typeof calls.serverRegister>) => calls.serverRegister(...args);
export const serverLogin = (args: Of<typeof calls.serverLogin>) => calls.serverLogin(...args);
export const serverLoginFinish = (args: Of<typeof calls.serverLoginFinish>) => calls.serverLoginFinish(...args);
export const upgrade = (args: Of<typeof calls.upgrade>) => calls.upgrade(...args);
