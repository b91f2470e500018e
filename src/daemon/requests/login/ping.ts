import type { Handler } from '../../context.ts';

/** Shows that both ends are there, and what the daemon's clock says. */
export const ping: Handler<'ping'> = async ({ clock }) => ({ at: clock.now() });
