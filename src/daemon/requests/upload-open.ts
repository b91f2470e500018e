import type { Handler } from '../context.ts';
import { identityOf } from './identity-of.ts';

export const uploadOpen: Handler<'upload-open'> = (context, session, params) =>
  context.files.openUpload(session, identityOf(session), params);
