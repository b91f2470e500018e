/** The context of one session's handlers: their work, here and on other threads, is charged to the budget of the client. */

import type { Context, SharedContext } from '../context.ts';
import type { Budget } from '../limits/budgets.ts';
import type { Session } from '../sessions/session.ts';

/** `who`: the name whose budget it is, null for an address. */
export type RequestAccount = { who: string | null; budget: Budget; context: Context };

export function requestAccountOf(
  context: SharedContext,
  session: Pick<Session, 'account' | 'address'>,
): RequestAccount {
  const { limits, opaque, store } = context;
  const who = session.account?.name ?? null;
  const budget = limits.budgetOf(who, session.address);
  const turn = (action: () => void) => limits.turns.take(budget, action);
  const asker = { key: budget.key, chargeMeasured: (ms: number) => budget.chargeMeasured(ms), turn };
  return { who, budget, context: { ...context, opaque: opaque.for(budget), store: store.for(asker), later: turn } };
}
