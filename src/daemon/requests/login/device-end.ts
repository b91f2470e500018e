import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Handler } from '../../context.ts';
import { personOf } from '../../sessions/logged-in-person.ts';

export const deviceEnd: Handler<'device-end'> = async (context, session, { device }) => {
  const { idFp, name } = personOf(session);
  const dropped = await context.store.dropDevices({ idFp, device, but: session.device });
  // A login of the device that was checked in the same batch of the store gets its session before the next turn.
  await nextTurn();
  const ending = context.sessions
    .of(name)
    .filter((other) => (device === null ? other.device !== session.device : other.device === device));
  for (const other of ending) {
    if (other !== session) other.end('ended', 'this device was logged out from another session');
  }
  // Send the answer before the link closes.
  if (ending.includes(session)) context.clock.after(0, () => session.end('ended', 'this device was logged out'));
  const { ended: count } = dropped;
  if (count > 0) session.log.info({ evt: 'session_ended_by_user', user: name, count }, 'devices logged out');
  return dropped;
};
