/** Reports the progress and the rate of a transfer a few times a second. */
import type { Clock } from '../../platform/clock.ts';
import type { TransferState } from '../types.ts';

const REPORT_MS = 100;
/** The rate is the mean over this time, in ms. */
const RATE_MS = 3000;

export class TransferProgress {
  readonly #clock: Clock;
  readonly #listener: (state: TransferState) => void;
  #state: TransferState;
  #samples: { at: number; done: number }[] = [];
  #toldAt: number;

  /** @param done bytes of an earlier attempt */
  constructor(
    clock: Clock,
    about: Pick<TransferState, 'id' | 'author' | 'direction' | 'name' | 'conversation' | 'size'>,
    tell: (state: TransferState) => void,
    done = 0,
  ) {
    this.#clock = clock;
    this.#listener = tell;
    this.#state = { ...about, done, rate: 0, state: 'running', note: null };
    this.#toldAt = clock.monotonic();
    this.begin(done);
  }

  /** The last state that was reported, or the next one. */
  get state(): TransferState {
    return this.#state;
  }

  /** Begins or continues at `done` bytes; bytes from before do not count for the rate. */
  begin(done: number): void {
    const at = this.#clock.monotonic();
    this.#samples = [{ at, done }];
    this.#report(at, { done, rate: 0, state: 'running', note: null });
  }

  /** @param done bytes, at least as many as before */
  reach(done: number): void {
    const at = this.#clock.monotonic();
    if (at - this.#toldAt < REPORT_MS) {
      this.#state = { ...this.#state, done };
      return;
    }
    this.#samples.push({ at, done });
    while (this.#samples.length > 2 && (this.#samples[1]?.at ?? at) <= at - RATE_MS) this.#samples.shift();
    const from = this.#samples[0] ?? { at, done };
    const rate = at > from.at ? Math.round(((done - from.done) * 1000) / (at - from.at)) : 0;
    this.#report(at, { done, rate });
  }

  /** Reports the end or a pause. @param note the saved path, or why it failed */
  end(state: Exclude<TransferState['state'], 'running'>, note: string | null = null): void {
    const done = state === 'done' ? this.#state.size : this.#state.done;
    this.#report(this.#clock.monotonic(), { state, done, note, rate: 0 });
  }

  #report(at: number, change: Partial<TransferState>): void {
    this.#toldAt = at;
    this.#state = { ...this.#state, ...change };
    this.#listener(this.#state);
  }
}
