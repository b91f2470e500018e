/** How work in many small pieces leaves room for what else the loop has to do. Another one in tests. */
export type Pace = {
  /** Runs it in the next turn of the loop, when sockets were read and written. */
  later(action: () => void): unknown;
  /** Resolves once all that can go on without waiting for anything outside has gone on. */
  settled(): Promise<void>;
};

export const loopPace: Pace = {
  later: setImmediate,
  settled: () => new Promise((resolve) => process.nextTick(resolve)),
};
