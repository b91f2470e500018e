/** Notices a daemon that went away without a word, and keeps the link from being ended as silent. */
import type { Clock } from '../../platform/clock.ts';
import type { Calls } from './calls.ts';

/** Well below the daemon's limit for silence (3 minutes). */
const IDLE_MS = 60_000;
/** With a request waiting and nothing heard for this long, it is asked whether anybody is there. */
const WAITING_MS = 10_000;
const ANSWER_MS = 15_000;

/**
 * Asks every minute, and soon when a request finds no answer; when nothing at all comes back the link is given up. While no
 * request waits it costs one timer a minute. Ends with the link. During a login it has to be as patient as after it: the
 * daemon may hold one back for 15 s, and answers nothing else meanwhile.
 */
export function startHeartbeat(calls: Calls, clock: Clock): void {
  let isAsking = false;
  let cancelWatch: (() => void) | null = null;
  let cancel = clock.after(IDLE_MS, ask);

  function ask(): void {
    if (isAsking) return;
    isAsking = true;
    cancel();
    expect();
    const again = (): void => {
      if (calls.ended !== null) return;
      isAsking = false;
      cancel();
      cancel = clock.after(IDLE_MS, ask);
    };
    // Any answer is a sign of life, a refusal too; that the link has ended is none.
    calls.request('ping', {}).then(again, again);
  }

  /** Whatever comes, or goes out of a long queue, is a sign of life: only then the answer may take longer. */
  function expect(): void {
    const { receivedCount } = calls;
    const { queuedBytes } = calls.link;
    cancel = clock.after(ANSWER_MS, () => {
      if (calls.receivedCount > receivedCount || calls.link.queuedBytes < queuedBytes) expect();
      else calls.link.destroy();
    });
  }

  function watch(): void {
    if (isAsking) return;
    // The first that waits begins a new silence; those after it wait along.
    if (cancelWatch !== null && calls.unansweredCount > 1) return;
    cancelWatch?.();
    const { receivedCount } = calls;
    cancelWatch = clock.after(WAITING_MS, () => {
      cancelWatch = null;
      if (calls.unansweredCount === 0) return;
      if (calls.receivedCount === receivedCount) ask();
      else watch();
    });
  }

  calls.watcher = {
    asked: watch,
    ended() {
      cancel();
      cancelWatch?.();
    },
  };
}
