import type { Handler } from '../../context.ts';

export const sessions: Handler<'sessions'> = async (context, session) => {
  const mine = context.sessions.of(session.name);
  const idFp = session.account?.idFp ?? null;
  const devices = idFp === null ? [] : await context.store.devices({ idFp });
  return {
    sessions: mine.map(({ id, device, since, address }) => ({
      session: id,
      device,
      since,
      address,
      current: id === session.id,
    })),
    devices: devices.map((each) => ({ ...each, current: each.device === session.device })),
  };
};
