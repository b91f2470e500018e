/**
 * The secrets of a link's handshake: the client makes two for the daemon's key, one with RSA-OAEP and one with X-Wing,
 * and the daemon makes one for the client's ephemeral X-Wing key.
 */
import { type KeyPair, openLinkSecret, sealChunk } from './rsa.ts';
import { decapsulate, encapsulate, encapsulateOnce } from './xwing.ts';

/** The daemon's key that clients seal to. */
export type LinkKeyPair = KeyPair & { xwingKey: Uint8Array; seed: Uint8Array };
export type LinkPublicKey = Pick<LinkKeyPair, 'spki' | 'xwingKey'>;

/** What the client sends, and the secret of `ct2`. */
export type SealedSecrets = { ct1: Uint8Array; ct2: Uint8Array; secret2: Uint8Array };

/** What the daemon opened and made. null where something does not open, or nothing can be sealed to `ephemeral`. */
export type OpenedSecrets = {
  secret1: Uint8Array | null;
  secret2: Uint8Array | null;
  answer: { secret: Uint8Array; ciphertext: Uint8Array } | null;
};

/** The client's side: seals `secret1`, and makes the second secret. @throws ProtocolError 'key' */
export function sealSecrets(to: LinkPublicKey, secret1: Uint8Array): SealedSecrets {
  const { secret, ciphertext } = encapsulate(to.xwingKey);
  return { ct1: sealChunk(to.spki, secret1), ct2: ciphertext, secret2: secret };
}

/** The daemon's side. It does the same work whether something opens or not. */
export function openSecrets(task: {
  key: Pick<LinkKeyPair, 'pkcs8' | 'seed'>;
  ct1: Uint8Array;
  ct2: Uint8Array;
  ephemeral: Uint8Array;
}): OpenedSecrets {
  const { key, ct1, ct2, ephemeral } = task;
  return {
    secret1: orNull(() => openLinkSecret(key.pkcs8, ct1)),
    secret2: orNull(() => decapsulate(key.seed, ct2)),
    answer: orNull(() => encapsulateOnce(ephemeral)),
  };
}

function orNull<T>(step: () => T): T | null {
  try {
    return step();
  } catch {
    return null;
  }
}
