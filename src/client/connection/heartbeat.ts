/** Notices a link that died silently, and keeps a live one from looking idle. */
import type { Clock } from '../../platform/clock.ts';
import type { Calls } from './calls.ts';

/** Time between two pings of an idle link; well below the daemon's limit of 3 minutes. */
const IDLE_MS = 60_000;
/** Time without any message, while a request waits, after which a ping is sent. */
const WAITING_MS = 10_000;
/** Time without any sign of life after a ping, after which the link is ended. */
const ANSWER_MS = 15_000;

/**
 * Sends a ping once a minute, and earlier when a request gets no answer; ends the link when nothing comes back. Stops with the link.
 * The limits are the same during a login, because the daemon may delay its answer by 15 s.
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
    const answered = (): void => {
      if (calls.ended !== null) return;
      isAsking = false;
      cancel();
      cancel = clock.after(IDLE_MS, ask);
    };
    // A refusal is a sign of life, too.
    calls.request('ping', {}).then(answered, answered);
  }

  /** Ends the link after ANSWER_MS, unless bytes came in or went out of the queue: then waits again. */
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
    // Only the first waiting request starts the timer.
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
