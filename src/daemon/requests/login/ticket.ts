import { Refusal } from '../../../protocol/base/errors.ts';
import type { Handler } from '../../context.ts';
import { addDevice } from '../../login/add-device.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

/**
 * Makes another device. Only the password makes an export, so that a stolen device that is logged in gives nobody the
 * account. An export makes devices: a restored profile needs a ticket of its own.
 */
export const ticket: Handler<'ticket'> = async (context, session, { device, name, kind }) => {
  const owner = personOf(session);
  if (session.state !== (kind === 'export' ? 'by-password' : 'by-export')) {
    throw new Refusal('needs-password', 'this needs a login with the password');
  }
  if (device === 0 || device === session.device) {
    throw new Refusal('bad-request', 'the device number is taken; update securechat');
  }
  const { ticket: made } = await addDevice(context, session, owner, { device, kind, name }, null);
  session.log.info({ evt: 'authn_ticket_created', user: session.name, device, kind }, 'device added');
  return { ticket: made };
};
