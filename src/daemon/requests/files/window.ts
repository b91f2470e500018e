import type { Handler } from '../../context.ts';

export const window: Handler<'window'> = async (context, session, { transfer, window: first }) => {
  context.files.widen(session, transfer, first);
  return {};
};
