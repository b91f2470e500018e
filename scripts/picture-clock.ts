/**
 * Replaces the clock for the picture (NODE_OPTIONS=--import): a fixed morning on which time runs PACE times as fast.
 * PICTURE_START is the real time, in ms since 1970, at which that morning begins.
 */
const MORNING = Date.UTC(2026, 10, 23, 9, 46, 20);
const PACE = 30;
const start = Number(process.env.PICTURE_START ?? Date.now());
const real = Date.now;

Date.now = () => Math.floor(MORNING + (real() - start) * PACE);
