/** Worker: runs the steps of opaque-calls.ts. argon2id takes a fifth of a second or more. */
import * as calls from './opaque-calls.ts';

/** A step's parameters, as the one value that a thread receives. */
type Arguments<F extends (...args: never) => unknown> = Parameters<F>;

export const createSetup = (args: Arguments<typeof calls.createSetup>) => calls.createSetup(...args);
export const publicPart = (args: Arguments<typeof calls.publicPart>) => calls.publicPart(...args);
export const clientRegister = (args: Arguments<typeof calls.clientRegister>) => calls.clientRegister(...args);
export const clientRegisterFinish = (args: Arguments<typeof calls.clientRegisterFinish>) =>
  calls.clientRegisterFinish(...args);
export const clientLogin = (args: Arguments<typeof calls.clientLogin>) => calls.clientLogin(...args);
export const clientLoginFinish = (args: Arguments<typeof calls.clientLoginFinish>) => calls.clientLoginFinish(...args);
export const serverRegister = (args: Arguments<typeof calls.serverRegister>) => calls.serverRegister(...args);
export const serverLogin = (args: Arguments<typeof calls.serverLogin>) => calls.serverLogin(...args);
export const serverLoginFinish = (args: Arguments<typeof calls.serverLoginFinish>) => calls.serverLoginFinish(...args);
export const createRecord = (args: Arguments<typeof calls.createRecord>) => calls.createRecord(...args);
