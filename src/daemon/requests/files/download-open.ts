import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

export const downloadOpen: Handler<'download-open'> = (context, session, params) =>
  context.files.openDownload(session, personOf(session).idFp, params, context.store);
