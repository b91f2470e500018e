/**
 * Holds the one state and calls its listeners: at once for keys, and at most every 33 ms for the client's events (100 ms in a
 * flood), so that a busy room never slows typing.
 */

import type { ClientEvent } from '../../client/types.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Event, Timed } from '../state/event.ts';
import type { State } from '../state/state.ts';
import { update } from './update.ts';

/** Time between two flushes of events. ms. */
const CALM = 33;
const FLOOD = 100;
/** Events in one flush that make a flood: nobody reads 60 messages a second. */
const FLOOD_FROM = 6;

export class Store {
  #state: State;
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  #queued: ClientEvent[] = [];
  #flushedAt = -Infinity;
  #interval = CALM;
  #cancel: (() => void) | null = null;
  readonly #onEvent: ((event: Timed) => void) | null;

  /** `onEvent` is called with each event before it is applied. */
  constructor(state: State, clock: Clock, onEvent: ((event: Timed) => void) | null = null) {
    this.#state = state;
    this.#clock = clock;
    this.#onEvent = onEvent;
  }

  readonly get = (): State => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Applies an event at once: for the person's actions and their outcomes. */
  readonly dispatch = (event: Event): void => {
    const timed = { ...event, at: this.#clock.now() };
    this.#onEvent?.(timed);
    const next = update(this.#state, timed);
    if (next === this.#state) return;
    this.#state = next;
    for (const listener of this.#listeners) listener();
  };

  /** Queues an event of the client for the next flush. */
  readonly collect = (event: ClientEvent): void => {
    this.#queued.push(event);
    if (this.#cancel !== null) return;
    const wait = Math.max(0, this.#flushedAt + this.#interval - this.#clock.monotonic());
    this.#cancel = this.#clock.after(wait, this.flush);
  };

  /** Applies the queued events now. */
  readonly flush = (): void => {
    this.#cancel?.();
    this.#cancel = null;
    if (this.#queued.length === 0) return;
    const events = this.#queued;
    this.#queued = [];
    this.#interval = events.length >= FLOOD_FROM ? FLOOD : CALM;
    this.#flushedAt = this.#clock.monotonic();
    this.dispatch({ type: 'client-events', events });
  };
}
