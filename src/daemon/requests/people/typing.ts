import { encodeEvent } from '../../../protocol/wire/codec.ts';
import type { Handler } from '../../context.ts';

/**
 * Looks up, stores and logs nothing: the sender learns neither whether the name exists nor whether the event was
 * delivered.
 */
export const typing: Handler<'typing'> = async ({ feed, limits }, session, { to }) => {
  const { name } = session;
  // Names contain no line break, so the keys cannot collide.
  if (to !== name && limits.typing.take(`${name}\n${to}`)) feed.sendTo(to, encodeEvent('typing', { name }));
  return {};
};
