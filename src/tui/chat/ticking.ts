/** What changes on the screen by time alone: the countdown to the next try, a notice that goes, the clock of the messages. */
import type { Clock } from '../../platform/clock.ts';
import type { Attention } from '../notify/attention.ts';
import { chatOf } from '../state/focus.ts';
import type { Store } from '../update/state-store.ts';

const TICK = 1000;
/** Without anything that counts seconds, the state's time may be so old. ms. */
const STALE = 30_000;

export type TickingParts = { store: Store; attention: Attention; clock: Clock };

/** Looks once a second whether something is due. @returns ends it */
export function startTicking({ store, attention, clock }: TickingParts): () => void {
  let cancel = clock.after(TICK, tick);
  function tick(): void {
    cancel = clock.after(TICK, tick);
    attention.tick();
    const { now, notice } = store.get();
    const isWaiting = chatOf(store.get())?.link.state === 'waiting';
    if (isWaiting || notice !== null || clock.now() - now > STALE) store.dispatch({ type: 'tick' });
  }
  return () => cancel();
}
