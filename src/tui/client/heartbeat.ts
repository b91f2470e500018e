/** Notices a daemon that went away without a word, and keeps the link from being ended as silent. */
import type { Clock } from '../../protocol/seams.ts';
import type { Calls } from './calls.ts';

/** Well below the daemon's limit for silence (3 minutes). */
const PING_MS = 60_000;
const ANSWER_MS = 20_000;

/** Asks every minute; when no answer comes the link is given up. The returned function ends it. */
export function startHeartbeat(calls: Calls, clock: Clock): () => void {
  let ended = false;
  let cancel = clock.after(PING_MS, ping);
  function ping(): void {
    cancel = clock.after(ANSWER_MS, () => calls.link.destroy());
    const again = (): void => {
      if (ended) return;
      cancel();
      cancel = clock.after(PING_MS, ping);
    };
    // A refusal is a sign of life, too.
    calls.request('ping', {}).then(again, again);
  }
  return () => {
    ended = true;
    cancel();
  };
}
