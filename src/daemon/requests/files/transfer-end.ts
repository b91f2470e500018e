import type { Handler } from '../../context.ts';

export const transferEnd: Handler<'transfer-end'> = async (context, session, { transfer }) => {
  await context.files.endTransfer(session, transfer);
  return {};
};
