/** What waits in the outbox to be sent, or was sent and has not been met in its conversation yet. */
import type { Content } from '../../protocol/sealed/content.ts';

/** `sending`: not answered yet; `placed`: the daemon took it; `failed`: refused for good. */
export type OutboxState = 'sending' | 'placed' | 'failed';

/** An item as it goes out; `deviceSeq` is its number in the chain of its device. */
export type SealedItem = { bytes: Uint8Array; hash: Uint8Array; deviceSeq: number };

export type OutboxItem = {
  /** Its row: the order in which items go out. */
  n: number;
  /** The conversation's key. */
  conversation: string;
  /** A person's name, or a room's with `#`. */
  recipient: string;
  /** The device that it is written as. */
  device: number;
  /** 32 hex digits. */
  id: string;
  /** When it was written, by this machine's clock. */
  at: number;
  content: Content;
  /** The file's id, hex, when the content is a manifest. */
  file: string | null;
  /** null until it is sealed; from then on exactly this is sent, or it is sealed anew after a refusal. */
  sealed: SealedItem | null;
  state: OutboxState;
  /** Why it failed: a sentence for the person. */
  error: string | null;
  /** Its seq and the daemon's time, once it was placed. */
  seq: number | null;
  placedAt: number | null;
};
