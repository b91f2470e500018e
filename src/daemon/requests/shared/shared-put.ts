/** Folder `requests/shared`: what the devices of a person share; it cannot read it. */
import { encodeEvent } from '../../../protocol/wire/codec.ts';
import type { Handler } from '../../context.ts';
import { requireToken } from '../../limits/limits.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

export const sharedPut: Handler<'shared-put'> = async (context, session, { after, version, shared }) => {
  const { idFp, name } = personOf(session);
  requireToken(context.limits.shared, name, 'decisions for your other devices');
  const { at } = await context.store.putShared({ idFp, after, version, bytes: shared });
  context.feed.sendTo(name, encodeEvent('shared-changed', { version }), session);
  return { at };
};
