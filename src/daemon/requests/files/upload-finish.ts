import type { Handler } from '../../context.ts';

export const uploadFinish: Handler<'upload-finish'> = async (context, session, { transfer }) => {
  await context.files.finishUpload(session, transfer);
  return {};
};
