import type { Handler } from '../context.ts';
import { identityOf } from './identity-of.ts';

export const downloadOpen: Handler<'download-open'> = (context, session, params) =>
  context.files.openDownload(session, identityOf(session), params);
