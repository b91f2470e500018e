/** Signs a client in, with keys from the fixtures instead of a search for primes. */
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Ask, ConnectOptions } from '../../../src/client/connect-types.ts';
import type { Platform } from '../../../src/client/login/prepare-login.ts';
import { type SignedIn, signIn } from '../../../src/client/login/sign-in.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import type { KeyPair } from '../../../src/protocol/crypto/rsa.ts';
import { inlineRsa, type Rsa } from '../../../src/protocol/crypto/rsa-pool.ts';
import { type FixtureName, fixtureKey } from '../../fixtures/keys.ts';
import { fastOpaque } from '../protocol/fast-opaque.ts';
import { temporaryFolder } from '../temporary-folder.ts';

type Person = 'alice' | 'bob' | 'carol';

/** An RSA that generates fixture keys in turn, of which no two in a row are equal; only `person` gets most of them. */
export function fixtureRsa(person: Person): Rsa {
  return rsaInTurn(`${person}-identity`, `${person}-encryption`, 'spare', 'mallory-encryption');
}

/** Returns these in turn. */
export function rsaInTurn(...names: readonly FixtureName[]): Rsa {
  let next = 0;
  return {
    ...inlineRsa,
    generate: async (): Promise<KeyPair> => fixtureKey(names[next++ % names.length] ?? 'spare'),
  };
}

/** Answers yes to every daemon and has no password, except for the given answers. */
export function quietAsk(more: Partial<Ask> = {}): Ask {
  return { trust: async () => true, password: async () => null, progress: () => {}, ...more };
}

export type SignInOptions = Partial<ConnectOptions> & { user: Person; server: string };

/** Signs in with cryptography on this thread; everything is closed when the test ends. */
export async function signInAs(
  t: ExecutionContext,
  options: SignInOptions,
  platform: Partial<Platform> = {},
): Promise<SignedIn> {
  const profile = options.profile ?? join(await temporaryFolder(t), 'profile');
  const me = await signIn(
    { ask: quietAsk(), ...options, profile },
    { opaque: fastOpaque, rsa: fixtureRsa(options.user), ...platform },
  );
  t.teardown(() => me.close());
  return me;
}

/** The encryption keys, newest first. */
export const keysOf = (me: SignedIn) => me.keyring.encryptionKeys().map(({ ekFp, pkcs8 }) => [hex(ekFp), hex(pkcs8)]);
