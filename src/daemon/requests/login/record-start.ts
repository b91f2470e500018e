import type { Handler } from '../../context.ts';

/** First request of a new password. */
export const recordStart: Handler<'record-start'> = async ({ opaque, identity }, session, { message }) => {
  session.attempt = { kind: 'record' };
  return { message: await opaque.serverRegister(identity.opaqueSetup, session.name, message) };
};
