/** The part of the store that belongs to identities: key cards, vaults, devices, what they share, and closings. */
import type { DeviceKind } from '../../protocol/wire/fields.ts';

export type CardRow = { idFp: Uint8Array; cardSeq: number; hash: Uint8Array; ekFp: Uint8Array; notAfter: number };

export interface CardOperations {
  /**
   * Appends the card that follows `prevHash` (zeros and cardSeq 1 for the first). The same card again changes nothing.
   * @throws Refusal 'conflict' or 'quota'
   */
  addCard(card: CardRow & { prevHash: Uint8Array; bytes: Uint8Array }): null;
  /**
   * The newest card of each identity, without its bytes: 1,000 after `after` (null: from the start), in order of idFp.
   */
  newestCards(page: { after: Uint8Array | null }): CardRow[];
  /** The cards of one identity from cardSeq `from` on, oldest first, 64 at most. */
  cards(of: { idFp: Uint8Array; from: number }): Uint8Array[];
  /** The newest card of each of these identities, in their order; null where there is none. */
  cardsOf(ids: { ids: Uint8Array[] }): (Uint8Array | null)[];
}

/** A vault belongs to an identity and to the hash of the OPAQUE record whose export key seals it. */
export interface VaultOperations {
  /**
   * Stores a vault. Besides the one of `current` (the account's record) one other is kept, for a password change in
   * progress.
   * @throws Refusal 'conflict' when `version` is not above the stored one. The same vault again gets its first result
   */
  putVault(vault: {
    idFp: Uint8Array;
    recordHash: Uint8Array;
    current: Uint8Array;
    version: number;
    bytes: Uint8Array;
  }): { at: number };
  vault(of: { idFp: Uint8Array; recordHash: Uint8Array }): { version: number; bytes: Uint8Array; at: number } | null;
  /** As `vault`, without the bytes. */
  vaultInfo(of: { idFp: Uint8Array; recordHash: Uint8Array }): { version: number; at: number } | null;
  /** Drops every other vault of this identity, if the one of `recordHash` exists. Called after a login. */
  dropOtherVaults(of: { idFp: Uint8Array; recordHash: Uint8Array }): null;
}

/** What the devices of a person share, sealed: one state for each identity. */
export interface SharedStateOperations {
  /**
   * Stores a state, if `after` is the stored version (0 for none) and `version` is higher.
   * @throws Refusal 'conflict' otherwise. The same state again gets its first result
   */
  putShared(state: { idFp: Uint8Array; after: number; version: number; bytes: Uint8Array }): { at: number };
  shared(of: { idFp: Uint8Array }): { version: number; bytes: Uint8Array } | null;
  /** The stored version; 0 for none. */
  sharedVersion(of: { idFp: Uint8Array }): number;
  /** Call when nobody has this identity any more. */
  dropShared(of: { idFp: Uint8Array }): null;
}

export type NewDevice = {
  idFp: Uint8Array;
  device: number;
  kind: DeviceKind;
  name: string;
  address: string;
  ticketHash: Uint8Array;
};

/** A device that lost its number to another login. */
export type ReplacedDevice = Pick<DeviceRow, 'name' | 'address' | 'since'>;

/** `since`: when the device got its ticket. `lastSeen` and `address`: of its last login. */
export type DeviceRow = Omit<NewDevice, 'idFp' | 'ticketHash'> & { since: number; lastSeen: number };

/**
 * Devices are u32 numbers that the clients choose, and so are their names, which may be empty. Files with exported keys
 * are devices of kind 'export'.
 */
export interface DeviceOperations {
  /**
   * Stores a device. It keeps its ticket and its `since` if `shownHash` is the hash of its ticket; otherwise it is new, gets
   * the ticket of `ticketHash`, and replaces a device that had its number. Of 64 devices of a person the one seen longest
   * ago is dropped, but never an export.
   * @param device.shownHash of the ticket that was shown, if one was. The ticket of an export does not count.
   * @throws Refusal 'quota' for one export too many
   */
  putDevice(device: NewDevice & { shownHash?: Uint8Array }): {
    isNew: boolean;
    since: number;
    replaced: ReplacedDevice | null;
  };
  /**
   * The kind of the device whose ticket this is; null if it is none of this device. `loginFrom`: the address of a login,
   * which becomes the device's last one; null when it is only a check.
   */
  checkTicket(device: {
    idFp: Uint8Array;
    device: number;
    ticketHash: Uint8Array;
    loginFrom: string | null;
  }): DeviceKind | null;
  /** The most recently seen first. */
  devices(of: { idFp: Uint8Array }): DeviceRow[];
  /** Drops one device, or with null every device except `but`. @returns how many, and how many of them are exports */
  dropDevices(which: { idFp: Uint8Array; device: number | null; but: number }): { ended: number; exports: number };
}

/**
 * A closing is noted before the account leaves users.txt and forgotten after everything of it is deleted, so that a start after
 * a crash knows what to finish.
 */
export interface ClosingOperations {
  addClosing(person: { idFp: Uint8Array; name: string }): null;
  closings(none: Record<string, never>): { idFp: Uint8Array; name: string }[];
  /** Forgets a closing. Deletes nothing else. */
  dropClosing(of: { idFp: Uint8Array }): null;
  /**
   * Deletes devices, vaults, shared state and unlisted files of an identity, ends its private conversations, and deletes those that nobody
   * else may read, 500 entries at a time. Cards stay: others check signatures with them. At the end it forgets the closing.
   * @returns `more`: call it again
   */
  finishClosing(of: { idFp: Uint8Array }): { more: boolean };
}
