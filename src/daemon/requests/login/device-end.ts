import type { Handler } from '../../context.ts';

export const deviceEnd: Handler<'device-end'> = async (context, session, { device }) => {
  const idFp = session.account?.idFp;
  if (idFp !== undefined && idFp !== null) await context.store.dropDevices({ idFp, device, but: session.device });
  const ending = context.sessions
    .of(session.name)
    .filter((other) => (device === null ? other.device !== session.device : other.device === device));
  for (const other of ending) {
    if (other !== session) other.end('ended', 'this device was logged out from another session');
  }
  // Send the answer before the link closes.
  if (ending.includes(session)) context.clock.after(0, () => session.end('ended', 'this device was logged out'));
  if (ending.length > 0) {
    session.log.info({ evt: 'session_ended_by_user', user: session.name, count: ending.length }, 'devices logged out');
  }
  return { ended: ending.length };
};
