/**
 * Tells listeners what happens. What happens before the first listener is kept for it, within bounds. What a listener throws
 * is a bug of its own: it ends neither what goes on here nor what the others hear, and is told as a notice.
 */
import type { ClientBus } from '../events/client-bus.ts';
import type { ClientEvent } from '../types.ts';

const MAX_KEPT = 10_000;

export class Announcer {
  readonly #bus: ClientBus;
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  #kept: ClientEvent[] | null = [];
  #only: ClientEvent['type'] | null = null;

  constructor(bus: ClientBus) {
    this.#bus = bus;
    bus.on('announced', (event) => this.#tell(event));
  }

  /** The returned function ends it. The first listener gets what was kept, after the caller has gone on. */
  subscribe(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    const kept = this.#kept;
    if (kept !== null) {
      this.#kept = null;
      queueMicrotask(() => {
        for (const event of kept) this.#tell(event);
      });
    }
    return () => this.#listeners.delete(listener);
  }

  /** From now on nothing but events of this type. */
  only(type: ClientEvent['type']): void {
    this.#only = type;
  }

  #tell(event: ClientEvent): void {
    if (this.#only !== null && event.type !== this.#only) return;
    if (this.#kept !== null) {
      // That somebody writes is true for a moment only.
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
    // Who fails at a notice would fail at this one, too.
    if (event.type === 'notice') process.emitWarning(bug);
    else {
      const text = `a part of this program failed (${bug.message}); start it again if something is missing`;
      this.#tell({ type: 'notice', text });
    }
  }
}
