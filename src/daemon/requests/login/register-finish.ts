import { Refusal } from '../../../protocol/base/errors.ts';
import { encodeEvent } from '../../../protocol/wire/codec.ts';
import type { Handler } from '../../context.ts';
import { putFirstCard } from '../../login/first-card.ts';
import { checkRecord } from '../../login/login-attempt.ts';

/** Second request of a registration. The account is on stable storage when this is answered. */
export const registerFinish: Handler<'register-finish'> = async (context, session, { record, card, localKeys }) => {
  const { attempt } = session;
  session.attempt = null;
  if (attempt?.kind !== 'register') throw new Refusal('bad-request', 'begin the registration first');
  checkRecord(record);
  const { name, invite } = attempt;
  const make = async () => {
    context.accounts.checkNewName(name);
    // The deletion of an earlier account with the same keys would take what this one stores.
    if ((await context.store.closings({})).some((closing) => closing.name === name))
      throw new Refusal('busy', `the account that was called ${name} is still being deleted; try again in a moment`);
    const idFp = await putFirstCard(context, name, card);
    const flags = new Set(localKeys ? ['local-keys'] : []);
    await context.accounts.add({ name, idFp, record, flags });
    return idFp;
  };
  const idFp = await (invite === null ? make() : context.invites.spend(invite, make));
  session.log.info({ evt: 'user_created', user: name }, 'account made');
  context.feed.send('all', encodeEvent('registered', { name, idFp }));
  return {};
};
