/** A typed event bus: parts publish what happened, other parts subscribe, and neither knows the other. */

type Subscriber<Payload> = (payload: Payload) => void | Promise<void>;

/** What every bus carries: what failed while nobody waited for it. */
type WithFailed = { failed: unknown };

/** @template Events the payload of each event, by the event's name */
export class EventBus<Events extends WithFailed> {
  readonly #subscribers: { [N in keyof Events]?: Subscriber<Events[N]>[] } = {};

  /** Subscribers of an event are called in the order in which they subscribed. */
  on<N extends keyof Events>(name: N, subscriber: Subscriber<Events[N]>): void {
    this.#subscribers[name] = [...(this.#subscribers[name] ?? []), subscriber];
  }

  /** Calls all subscribers now, and waits for none. What one throws is published as `failed`; the others are called all the same. */
  publish<N extends keyof Events>(name: N, payload: Events[N]): void {
    for (const subscriber of this.#subscribers[name] ?? []) void this.attempt(() => subscriber(payload));
  }

  /** Calls one subscriber after the other, each when the one before it is done. @throws what one of them throws */
  async publishAndWait<N extends keyof Events>(name: N, payload: Events[N]): Promise<void> {
    for (const subscriber of this.#subscribers[name] ?? []) await subscriber(payload);
  }

  /** Never rejects: what `action` throws is published as `failed`. */
  async attempt(action: () => void | Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.publish('failed', error as Events['failed']);
    }
  }
}
