import type { Handler } from '../context.ts';

export const transferEnd: Handler<'transfer-end'> = async (context, session, { transfer, drop }) => {
  await context.files.endTransfer(session, transfer, drop);
  return {};
};
