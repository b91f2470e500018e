/** The context of one session's handlers: their work, here and on other threads, is charged to the budget of the client. */

import type { Context, SharedContext } from '../context.ts';
import type { Budget } from '../limits/budgets.ts';
import type { Session } from '../sessions/session.ts';

/** `who`: the name whose budget it is, null for an address. */
export type ChargedContext = { name: string | null; budget: Budget; context: Context };

export function chargedContextOf(
  context: SharedContext,
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
