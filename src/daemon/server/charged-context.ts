/**
 * Makes the context for one session's handlers. Their work, on the main thread and on worker threads, is charged to the
 * client's budget.
 */

import type { Context, DaemonContext } from '../context.ts';
import type { Budget } from '../limits/budgets.ts';
import type { Session } from '../sessions/session.ts';

/** `name`: the person whose budget it is; null when the budget is an address's. */
export type ChargedContext = { name: string | null; budget: Budget; context: Context };

export function chargedContextOf(
  context: DaemonContext,
  session: Pick<Session, 'account' | 'address'>,
): ChargedContext {
  const { limits, opaque, store } = context;
  const name = session.account?.name ?? null;
  const budget = limits.budgetOf(name, session.address);
  const turn = (action: () => void) => limits.scheduler.schedule(budget, action);
  const requester = { key: budget.key, chargeMeasured: (ms: number) => budget.chargeMeasured(ms), turn };
  return {
    name,
    budget,
    context: { ...context, opaque: opaque.for(budget), store: store.for(requester), defer: turn },
  };
}
