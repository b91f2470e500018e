import { encodeEvent } from '../../../protocol/wire/codec.ts';
import type { Handler } from '../../context.ts';

/** Nothing is looked up, stored or logged: the sender learns neither whether the name exists nor whether it was told. */
export const typing: Handler<'typing'> = async ({ feed, limits }, session, { to }) => {
  const { name } = session;
  // A line break stands in no name.
  if (to !== name && limits.typing.take(`${name}\n${to}`)) feed.sendTo(to, encodeEvent('typing', { name }));
  return {};
};
