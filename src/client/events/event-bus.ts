/** A typed event bus: publishers and subscribers do not know each other. */

type Subscriber<Payload> = (payload: Payload) => void | Promise<void>;

/** Every bus has this event: an action failed that no caller waits for. */
type WithFailed = { failed: unknown };

/** @template Events the payload of each event, by the event's name */
export class EventBus<Events extends WithFailed> {
  readonly #subscribers: { [N in keyof Events]?: Subscriber<Events[N]>[] } = {};

  /** Subscribers are called in the order in which they subscribed. */
  on<N extends keyof Events>(name: N, subscriber: Subscriber<Events[N]>): void {
    this.#subscribers[name] = [...(this.#subscribers[name] ?? []), subscriber];
  }

  /** Calls all subscribers now, without waiting for them. An error of one is published as `failed`, and the others are called all the same. */
  publish<N extends keyof Events>(name: N, payload: Events[N]): void {
    for (const subscriber of this.#subscribers[name] ?? []) void this.attempt(() => subscriber(payload));
  }

  /** Calls the subscribers one after the other, and waits for each. @throws the first error; later subscribers are not called then */
  async publishAndWait<N extends keyof Events>(name: N, payload: Events[N]): Promise<void> {
    for (const subscriber of this.#subscribers[name] ?? []) await subscriber(payload);
  }

  /** Never rejects: an error of `action` is published as `failed`. */
  async attempt(action: () => void | Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.publish('failed', error as Events['failed']);
    }
  }
}
