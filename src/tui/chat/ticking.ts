/** Updates what changes with time alone: the countdown to the next try, notices, ages. */
import type { Clock } from '../../platform/clock.ts';
import type { Attention } from '../notify/attention.ts';
import { chatOf } from '../state/focus.ts';
import type { Store } from '../update/state-store.ts';
import type { IdleLock } from './idle-lock.ts';

const TICK = 1000;
/** How old the state's time may be when nothing on the screen counts seconds. ms. */
const STALE = 30_000;

export type TickingParts = { store: Store; attention: Attention; idle: IdleLock; clock: Clock };

/** Checks once a second what is due. The returned function ends it. */
export function startTicking({ store, attention, idle, clock }: TickingParts): () => void {
  let cancel = clock.after(TICK, tick);
  function tick(): void {
    cancel = clock.after(TICK, tick);
    attention.tick();
    void idle.tick();
    const { now, notice } = store.get();
    const isWaiting = chatOf(store.get())?.link.state === 'waiting';
    if (isWaiting || notice !== null || clock.now() - now > STALE) store.dispatch({ type: 'tick' });
  }
  return () => cancel();
}
