/** Asks a room's members for epoch keys that this client lacks, unless a member has left since the epoch was made. */

import type { Clock } from '../../platform/clock.ts';
import { hex } from '../../protocol/base/bytes.ts';
import type { EventParams } from '../../protocol/wire/events.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { RoomRef } from '../notes/conversation-ref.ts';
import type { KnownEpoch, RoomKeys } from './room-keys.ts';
import type { RoomRekey } from './room-rekey.ts';

/** The same key is asked for at most once in this time, and at most MAX_ASKED keys. */
const ASK_AGAIN_MS = 5000;
const MAX_ASKED = 16;

export type EpochKeyRequestsParts = {
  ref: RoomRef;
  keys: Pick<RoomKeys, 'current' | 'get' | 'isOpen'>;
  rekey: Pick<RoomRekey, 'ask' | 'takeGrant'>;
  clock: Pick<Clock, 'monotonic'>;
  bus: ClientBus;
};

export class EpochKeyRequests {
  readonly #parts: EpochKeyRequestsParts;
  /** When each key was asked for, by the epoch's id, in ms of the monotonic clock. */
  readonly #askedAt = new Map<string, number>();

  constructor(parts: EpochKeyRequestsParts) {
    this.#parts = parts;
  }

  /** Call after each login: asks for the keys of `locked` and of the epoch in use, under which nothing may have been said yet. */
  askAtLogin(locked: Iterable<string>): void {
    const { current } = this.#parts.keys;
    this.ask(current === null ? locked : [current.id, ...locked]);
  }

  /** Asks for the keys of these epochs and of those that are still missing, the one that was asked for longest ago first. */
  ask(epochs: Iterable<string>): void {
    for (const id of epochs) if (!this.#askedAt.has(id)) this.#askedAt.set(id, Number.NEGATIVE_INFINITY);
    const { keys, rekey, clock } = this.#parts;
    const now = clock.monotonic();
    const due: { known: KnownEpoch; askedAt: number }[] = [];
    let places = MAX_ASKED;
    for (const [id, askedAt] of this.#askedAt) {
      const known = keys.get(id);
      if (known === null || known.key !== null || !keys.isOpen(known)) this.#askedAt.delete(id);
      else if (now - askedAt < ASK_AGAIN_MS) places -= 1;
      else due.push({ known, askedAt });
    }
    due.sort((a, b) => (a.askedAt < b.askedAt ? -1 : Number(a.askedAt > b.askedAt)));
    for (const { known } of due.slice(0, Math.max(0, places))) {
      this.#askedAt.set(known.id, now);
      rekey
        .ask(known)
        .then(() => (known.key === null ? undefined : this.#publishOpened(known.id)))
        .catch(() => {
          // No member is online; the next message, or the next login, asks again.
        });
    }
  }

  /** Takes a member's answer; if it is not the key, asks the next member. */
  async takeGrant(params: EventParams<'granted'>): Promise<void> {
    const { keys, rekey } = this.#parts;
    const epoch = hex(params.epochId);
    if (await rekey.takeGrant(params)) await this.#publishOpened(epoch);
    else if (keys.get(epoch)?.key == null) this.ask([epoch]);
  }

  #publishOpened(epoch: string): Promise<void> {
    const { bus, ref } = this.#parts;
    return bus.publishAndWait('epoch-opened', { ref, epoch });
  }
}
