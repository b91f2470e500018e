/** Whose keys are whose: my own identity and encryption keys, and the pinned cards of everybody else. */

// The shapes of protocol/card.ts and protocol/rsa.ts.
export type KeyPair = { spki: Uint8Array; pkcs8: Uint8Array };
export type Card = {
  name: string;
  sigSpki: Uint8Array;
  ekSpki: Uint8Array;
  cardSeq: number;
  notBefore: number;
  notAfter: number;
  prevCardHash: Uint8Array;
  idFp: Uint8Array;
  ekFp: Uint8Array;
  hash: Uint8Array;
};

export type Pinned = {
  name: string;
  /** The newest card that was accepted for the pinned identity. */
  card: Card;
  /** The person compared the safety number. */
  verified: boolean;
  /** The directory shows another identity for this name: nothing may be sealed until acceptKey. */
  changedTo: Uint8Array | null;
};

export interface Keyring {
  /** `card` is what the directory shows for me now. */
  readonly me: { name: string; idFp: Uint8Array; identity: KeyPair; card: Card };
  /** Current first, then retired ones. */
  openKeys(): { ekFp: Uint8Array; pkcs8: Uint8Array }[];
  /** Pins on first sight, follows the chain of cards. @throws ClientError 'refused' when nobody has that name or keys */
  cardOf(name: string): Promise<Pinned>;
  /** Like cardOf, for sealing. @throws ClientError 'key-changed', or 'refused' when the card has expired */
  recipient(name: string): Promise<Card>;
  /** What is pinned, without asking the daemon; null when nothing is. */
  pinned(name: string): Promise<Pinned | null>;
  /** The signing key of an identity that was accepted for `name` now or before; asks for the card when it is new. */
  sigSpkiOf(idFp: Uint8Array, name: string): Promise<Uint8Array | null>;
  /** The next cardOf asks the daemon again: after `renewed`, `stale-card`. */
  forget(name: string): void;
  setVerified(name: string, verified: boolean): Promise<void>;
  /** Takes the changed identity as the person's new one. */
  acceptKey(name: string): Promise<Pinned>;
  onChanged(listener: (name: string, pinned: Uint8Array, offered: Uint8Array) => void): () => void;
}
