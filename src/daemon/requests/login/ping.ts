import type { Handler } from '../../context.ts';

/** Shows that the link works, and the daemon's time. */
export const ping: Handler<'ping'> = async ({ clock }) => ({ at: clock.now() });
