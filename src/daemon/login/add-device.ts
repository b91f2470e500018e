/** Adds a device to an account, or updates one that proves itself with its ticket. */
import { H } from '../../protocol/base/bytes.ts';
import { encodeEvent } from '../../protocol/wire/codec.ts';
import type { Context } from '../context.ts';
import type { Session } from '../sessions/session.ts';
import type { NewDevice, ReplacedDevice } from '../store/identity-store.ts';
import type { Person } from '../store/store.ts';

const TICKET_BYTES = 32;

/**
 * Stores a device of `owner` that logs in, or was made, on `session`. With `shown`, the ticket of the device, nothing but its
 * name and address changes. Otherwise the device is new: it gets a fresh ticket, the owner's other sessions receive the
 * event `device-added`, and sessions that had its number end, because their ticket is gone.
 * @returns the ticket of the device, and the device that had its number before
 */
export async function addDevice(
  { store, feed, sessions, random }: Pick<Context, 'store' | 'feed' | 'sessions' | 'random'>,
  session: Session,
  owner: Person,
  made: Pick<NewDevice, 'device' | 'kind' | 'name'>,
  shown: Uint8Array | null,
): Promise<{ ticket: Uint8Array; replaced: ReplacedDevice | null }> {
  const ticket = random(TICKET_BYTES);
  const { address } = session;
  const { isNew, since, replaced } = await store.putDevice({
    ...made,
    idFp: owner.idFp,
    address,
    ticketHash: H('ticket', ticket),
    ...(shown && { shownHash: H('ticket', shown) }),
  });
  if (shown !== null && !isNew) return { ticket: shown, replaced };
  feed.sendTo(owner.name, encodeEvent('device-added', { ...made, address, at: since }), session);
  for (const other of sessions.of(owner.name))
    if (other !== session && other.device === made.device)
      other.end('ended', "another login took this device's place; log in with the password");
  return { ticket, replaced };
}
