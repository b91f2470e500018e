/**
 * Folder `requests/files`: uploads, downloads and lists of files; it passes the bytes to files/ and cannot read them.
 */
import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

export const uploadOpen: Handler<'upload-open'> = (context, session, params) =>
  context.files.openUpload(session, personOf(session).idFp, params, context.store);
