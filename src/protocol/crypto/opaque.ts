/**
 * OPAQUE (RFC 9807) on worker threads, for client and daemon. The daemon never sees a password, and its records can be
 * guessed no faster than argon2id allows. The library has no channel binding, so both ends prove with `loginProof` that
 * they share one link.
 */
import { hkdf, hmac, utf8 } from '../base/bytes.ts';
import { ProtocolError } from '../base/errors.ts';
import type * as calls from './opaque-calls.ts';
import type * as worker from './opaque-worker.ts';
import { openPool, type Payer, type Pool, type PoolOptions } from './worker-pool.ts';

type Calls = typeof calls;
type Step<N extends keyof Calls> = (...args: Parameters<Calls[N]>) => Promise<ReturnType<Calls[N]>>;

/**
 * The steps of opaque-calls.ts. `state` and `setup` are secrets of the side that made them; messages and records are
 * base64url text.
 * @throws ProtocolError 'message' for a message that cannot be read, Refusal 'busy' when the queue is full
 */
export interface Opaque {
  createSetup: Step<'createSetup'>;
  publicPart: Step<'publicPart'>;
  clientRegister: Step<'clientRegister'>;
  clientRegisterFinish: Step<'clientRegisterFinish'>;
  clientLogin: Step<'clientLogin'>;
  clientLoginFinish: Step<'clientLoginFinish'>;
  serverRegister: Step<'serverRegister'>;
  serverLogin: Step<'serverLogin'>;
  serverLoginFinish: Step<'serverLoginFinish'>;
  createRecord: Step<'createRecord'>;
  close(): Promise<void>;
}

/** Threads that payers share fairly. */
export interface SharedOpaque extends Opaque {
  /** The same threads, charged to `payer`. */
  for(payer: Payer): Opaque;
}

/** Opens threads for OPAQUE. Above `maxQueue` waiting calls, one is refused with 'busy'. */
export function opaquePool(options: PoolOptions): SharedOpaque {
  const pool: Pool<typeof worker> = openPool('opaque', import.meta.url, options);
  const paidBy = (payer?: Payer): Opaque => ({
    createSetup: (...args) => readable(pool.run('createSetup', args, payer)),
    publicPart: (...args) => readable(pool.run('publicPart', args, payer)),
    clientRegister: (...args) => readable(pool.run('clientRegister', args, payer)),
    clientRegisterFinish: (...args) => readable(pool.run('clientRegisterFinish', args, payer)),
    clientLogin: (...args) => readable(pool.run('clientLogin', args, payer)),
    clientLoginFinish: (...args) => readable(pool.run('clientLoginFinish', args, payer)),
    serverRegister: (...args) => readable(pool.run('serverRegister', args, payer)),
    serverLogin: (...args) => readable(pool.run('serverLogin', args, payer)),
    serverLoginFinish: (...args) => readable(pool.run('serverLoginFinish', args, payer)),
    createRecord: (...args) => readable(pool.run('createRecord', args, payer)),
    close: () => pool.close(),
  });
  return { ...paidBy(), for: paidBy };
}

/** The message of opaque-calls.ts for unreadable input. */
const UNREADABLE = 'a message of the login is not readable';

/** Restores the error's class, which is lost between threads. */
async function readable<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    if (error instanceof Error && error.message === UNREADABLE) throw new ProtocolError('message', UNREADABLE);
    throw error;
  }
}

const steps = () => import('./opaque-calls.ts');

/** The same on the calling thread, for tests and tools. */
export const inlineOpaque: Opaque = {
  createSetup: async (...args) => (await steps()).createSetup(...args),
  publicPart: async (...args) => (await steps()).publicPart(...args),
  clientRegister: async (...args) => (await steps()).clientRegister(...args),
  clientRegisterFinish: async (...args) => (await steps()).clientRegisterFinish(...args),
  clientLogin: async (...args) => (await steps()).clientLogin(...args),
  clientLoginFinish: async (...args) => (await steps()).clientLoginFinish(...args),
  serverRegister: async (...args) => (await steps()).serverRegister(...args),
  serverLogin: async (...args) => (await steps()).serverLogin(...args),
  serverLoginFinish: async (...args) => (await steps()).serverLoginFinish(...args),
  createRecord: async (...args) => (await steps()).createRecord(...args),
  close: async () => {},
};

/**
 * Ties a login to its link: HMAC (RFC 2104) under HKDF(sessionKey, side) over `cb`, the hash of the link's transcript.
 * The daemon proves first.
 */
export function loginProof(sessionKey: Uint8Array, side: 'server' | 'client', cb: Uint8Array): Uint8Array {
  return hmac(hkdf(sessionKey, new Uint8Array(), utf8(side)), cb);
}
