/** Deletes messages and files older than the configured retention, in small steps so that requests do not wait. */
import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';
import type { Config } from '../config/config.ts';
import type { Files } from '../files/files.ts';
import type { Store } from '../store/store.ts';

const ROUND_MS = 3_600_000;
const PAUSE_MS = 200;

/** Runs now and then every hour. @returns a function that stops it */
export function startRetention(parts: {
  config: Pick<Config, 'retention'>;
  store: Pick<Store, 'dropOlder'>;
  files: Pick<Files, 'removeDoomedFiles'>;
  clock: Clock;
  log: Logger;
}): () => void {
  const { config, store, files, clock, log } = parts;
  let cancel = () => {};
  let ended = false;
  const later = (ms: number, from: number, total: number) => {
    if (!ended) cancel = clock.after(ms, () => void step(from, total));
  };
  const step = async (from: number, total: number) => {
    if (config.retention === null) return later(ROUND_MS, 0, 0);
    try {
      const { dropped, next } = await store.dropOlder({ before: clock.now() - config.retention, from });
      await files.removeDoomedFiles();
      const count = total + dropped;
      if (next !== null) return later(PAUSE_MS, next, count);
      if (count > 0) log.info({ evt: 'retention', entries: count }, 'old messages dropped');
    } catch (err) {
      if (!ended) log.error({ evt: 'retention_fail', err }, 'cannot drop old messages; trying again in an hour');
    }
    later(ROUND_MS, 0, 0);
  };
  void step(0, 0);
  return () => {
    ended = true;
    cancel();
  };
}
