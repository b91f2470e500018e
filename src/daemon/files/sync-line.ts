/**
 * Syncs of files, one at a time. They share the disk with those of the database, which answers wait for: so the database waits
 * behind one of them at most. People take turns.
 */
import { FairLine } from '../../protocol/fair-line.ts';

type Sync = () => Promise<void>;

export class SyncLine {
  readonly #waiting = new FairLine<Sync>();
  #busy = false;

  /** Runs `sync` when it is the turn of `key`, never before this has returned. @throws what it throws */
  run(key: string, sync: Sync): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(key, () => sync().then(resolve, reject));
      if (this.#busy) return;
      this.#busy = true;
      queueMicrotask(() => void this.#work());
    });
  }

  async #work(): Promise<void> {
    for (let sync = this.#waiting.take(); sync !== undefined; sync = this.#waiting.take()) await sync();
    this.#busy = false;
  }
}
