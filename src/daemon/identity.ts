/** Who this daemon is. */
export type DaemonKeys = {
  link: { spki: Uint8Array; pkcs8: Uint8Array };
  sign: { spki: Uint8Array; pkcs8: Uint8Array };
};

export type Identity = {
  keys: DaemonKeys;
  /** Stable and random, 32 bytes: names this daemon in everything that is signed. */
  daemonId: Uint8Array;
  /** Makes a hello that cannot be opened fail like one that can. */
  rejectKey: Uint8Array;
  fingerprint: Uint8Array;
  opaqueSetup: string;
};
