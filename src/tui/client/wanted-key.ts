/** The key of a room's epoch in use, as long as this client lacks it: asked of the members, and what waits for it shown when it comes. */
import { hex } from '../../protocol/bytes.ts';
import type { Clock } from '../../protocol/seams.ts';
import type { Rooms } from './rooms.ts';

/** A key that nobody gave is asked for again at most this often. */
const ASK_AGAIN_MS = 5000;

export class WantedKey {
  readonly #rooms: Rooms;
  readonly #clock: Clock;
  readonly #opened: (epoch: string) => Promise<void>;
  #askedAt = Number.NEGATIVE_INFINITY;

  /** `opened` is called with the id of an epoch whose key has come, hex. */
  constructor(rooms: Rooms, clock: Clock, opened: (epoch: string) => Promise<void>) {
    this.#rooms = rooms;
    this.#clock = clock;
    this.#opened = opened;
  }

  /** Only for the epoch in use, if it is one of `epochs`: nobody grants an older one. */
  ask(epochs: ReadonlySet<string>): void {
    const { current } = this.#rooms.keys;
    if (current !== null && epochs.has(current.id)) this.askCurrent();
  }

  askCurrent(): void {
    const { current } = this.#rooms.keys;
    const now = this.#clock.monotonic();
    if (current === null || current.key !== null || now - this.#askedAt < ASK_AGAIN_MS) return;
    this.#askedAt = now;
    this.#rooms.rekey
      .ask(current)
      .then(() => (current.key === null ? undefined : this.#opened(current.id)))
      .catch(() => {
        // Nobody is here who could answer; the next message, or the next login, asks again.
      });
  }

  /** Takes what a member answered; one that is no good is asked of the next. */
  async granted(params: Parameters<Rooms['rekey']['granted']>[0]): Promise<void> {
    const epoch = hex(params.epochId);
    if (await this.#rooms.rekey.granted(params)) await this.#opened(epoch);
    else if (this.#rooms.keys.get(epoch)?.key == null) this.ask(new Set([epoch]));
  }
}
