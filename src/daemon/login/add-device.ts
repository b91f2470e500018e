/** Gives a device its ticket. */
import { H } from '../../protocol/base/bytes.ts';
import { encodeEvent } from '../../protocol/wire/codec.ts';
import type { Context } from '../context.ts';
import type { Session } from '../sessions/session.ts';
import type { NewDevice } from '../store/identity-store.ts';
import type { Person } from '../store/store.ts';

const TICKET_BYTES = 32;

/**
 * Stores a fresh ticket for a device of `owner` that logs in, or was made, on `session`. If the device had none, the owner's
 * other sessions receive the event `device-added`.
 * @returns the ticket
 */
export async function addDevice(
  { store, feed, random }: Pick<Context, 'store' | 'feed' | 'random'>,
  session: Session,
  owner: Person,
  made: Pick<NewDevice, 'device' | 'kind' | 'name'>,
): Promise<Uint8Array> {
  const ticket = random(TICKET_BYTES);
  const { address } = session;
  const ticketHash = H('ticket', ticket);
  const { isNew, since } = await store.putDevice({ ...made, idFp: owner.idFp, address, ticketHash });
  if (isNew) feed.sendTo(owner.name, encodeEvent('device-added', { ...made, address, at: since }), session);
  return ticket;
}
