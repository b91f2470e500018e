/** Keys of epochs that this client lacks: asked of the members while nobody left since, and what waits for one shown when it comes. */

import type { Clock } from '../../platform/clock.ts';
import { hex } from '../../protocol/base/bytes.ts';
import type { EventParams } from '../../protocol/wire/events.ts';
import type { ClientBus } from '../events/client-bus.ts';
import type { RoomRef } from '../notes/conversation-ref.ts';
import type { KnownEpoch, RoomKeys } from './room-keys.ts';
import type { RoomRekey } from './room-rekey.ts';

/** A key that nobody gave is asked for again at most this often, and so many keys within that time. */
const ASK_AGAIN_MS = 5000;
const MAX_ASKED = 16;

export type RequestsParts = {
  ref: RoomRef;
  keys: Pick<RoomKeys, 'current' | 'get' | 'isOpen'>;
  rekey: Pick<RoomRekey, 'ask' | 'granted'>;
  clock: Pick<Clock, 'monotonic'>;
  bus: ClientBus;
};

export class EpochKeyRequests {
  readonly #parts: RequestsParts;
  /** When each was asked for, by the epoch's id. */
  readonly #missing = new Map<string, number>();

  constructor(parts: RequestsParts) {
    this.#parts = parts;
  }

  /** For the epoch in use, which nothing may have been said under yet, and those that something waits for. */
  atLogin(locked: Iterable<string>): void {
    const { current } = this.#parts.keys;
    this.ask(current === null ? locked : [current.id, ...locked]);
  }

  /** Asks for the keys of these epochs and of those that are still missing, the longest not asked for first: none keeps another from its turn. */
  ask(epochs: Iterable<string>): void {
    for (const id of epochs) if (!this.#missing.has(id)) this.#missing.set(id, Number.NEGATIVE_INFINITY);
    const { keys, rekey, clock } = this.#parts;
    const now = clock.monotonic();
    const due: { known: KnownEpoch; askedAt: number }[] = [];
    let places = MAX_ASKED;
    for (const [id, askedAt] of this.#missing) {
      const known = keys.get(id);
      if (known === null || known.key !== null || !keys.isOpen(known)) this.#missing.delete(id);
      else if (now - askedAt < ASK_AGAIN_MS) places -= 1;
      else due.push({ known, askedAt });
    }
    due.sort((a, b) => (a.askedAt < b.askedAt ? -1 : Number(a.askedAt > b.askedAt)));
    for (const { known } of due.slice(0, Math.max(0, places))) {
      this.#missing.set(known.id, now);
      rekey
        .ask(known)
        .then(() => (known.key === null ? undefined : this.#opened(known.id)))
        .catch(() => {
          // Nobody is here who could answer; the next message, or the next login, asks again.
        });
    }
  }

  /** Takes what a member answered; one that is no good is asked of the next. */
  async granted(params: EventParams<'granted'>): Promise<void> {
    const { keys, rekey } = this.#parts;
    const epoch = hex(params.epochId);
    if (await rekey.granted(params)) await this.#opened(epoch);
    else if (keys.get(epoch)?.key == null) this.ask([epoch]);
  }

  #opened(epoch: string): Promise<void> {
    const { bus, ref } = this.#parts;
    return bus.publishAndWait('epoch-opened', { ref, epoch });
  }
}
