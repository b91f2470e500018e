import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

export const uploadDrop: Handler<'upload-drop'> = async (context, session, { file }) => {
  await context.files.dropUpload(session, personOf(session).idFp, file, context.store);
  return {};
};
