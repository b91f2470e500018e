/**
 * Gives the client's events to its listeners. Events before the first listener are kept for it, within a bound. An error that a
 * listener throws is a bug of the listener: the others get the event all the same, and all get a notice.
 */
import type { ClientBus } from '../events/client-bus.ts';
import type { ClientEvent } from '../types.ts';

const MAX_KEPT = 10_000;

export class EventDelivery {
  readonly #bus: ClientBus;
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  #kept: ClientEvent[] | null = [];
  #only: ClientEvent['type'] | null = null;

  constructor(bus: ClientBus) {
    this.#bus = bus;
    bus.on('announced', (event) => this.#announce(event));
  }

  /** The returned function ends the subscription. The first listener gets the kept events in a microtask. */
  subscribe(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    const kept = this.#kept;
    if (kept !== null) {
      this.#kept = null;
      queueMicrotask(() => {
        for (const event of kept) this.#announce(event);
      });
    }
    return () => this.#listeners.delete(listener);
  }

  /** From now on, events of other types are dropped. */
  restrictTo(type: ClientEvent['type']): void {
    this.#only = type;
  }

  #announce(event: ClientEvent): void {
    if (this.#only !== null && event.type !== this.#only) return;
    if (this.#kept !== null) {
      // Typing is true for a moment only.
      if (event.type === 'typing') return;
      this.#kept.push(event);
      if (this.#kept.length > MAX_KEPT) this.#kept.shift();
      return;
    }
    let taken = false;
    const bugs: Error[] = [];
    for (const listener of this.#listeners) {
      try {
        listener(event);
        taken = true;
      } catch (error) {
        bugs.push(error instanceof Error ? error : new Error(String(error)));
      }
    }
    if (taken) this.#bus.publish('heard', event);
    for (const bug of bugs) this.#report(bug, event);
  }

  #report(bug: Error, event: ClientEvent): void {
    // A listener that fails at notices would fail at this one, too.
    if (event.type === 'notice') process.emitWarning(bug);
    else {
      const text = `a part of this program failed (${bug.message}); start it again if something is missing`;
      this.#announce({ type: 'notice', text });
    }
  }
}
