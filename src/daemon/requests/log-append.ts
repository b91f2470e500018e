import type { Handler } from '../context.ts';
import { personOf } from '../person.ts';

export const logAppend: Handler<'log-append'> = ({ rooms }, session, { room, entry }) =>
  rooms.append(room, entry, personOf(session));
