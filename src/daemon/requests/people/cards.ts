import { Refusal } from '../../../protocol/base/errors.ts';
import type { Handler } from '../../context.ts';

export const cards: Handler<'cards'> = async ({ store, accounts }, _session, { name, from }) => {
  const account = accounts.find(name);
  if (account.idFp === null)
    throw new Refusal('no-keys-yet', `${name} has no keys yet: they are made at the next login`);
  return { cards: await store.cards({ idFp: account.idFp, from }) };
};
