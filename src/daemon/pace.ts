/** How work in many small pieces yields to the event loop. Tests bring their own. */
export type Pace = {
  /** Runs `action` in the next turn of the loop, after sockets were read and written. */
  later(action: () => void): unknown;
  /** Resolves once every promise that is ready has been handled. */
  settled(): Promise<void>;
};

export const loopPace: Pace = {
  later: setImmediate,
  settled: () => new Promise((resolve) => process.nextTick(resolve)),
};
