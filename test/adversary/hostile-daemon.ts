/**
 * A daemon that lies: the real daemon in this process, which a real client can use. A script can answer each request
 * instead, and change each message to a client.
 */
import type { ExecutionContext } from 'ava';
import type { Context } from '../../src/daemon/context.ts';
import { type RequestTable, requestTable } from '../../src/daemon/requests/index.ts';
import type { Session } from '../../src/daemon/sessions/session.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { RequestName, RequestParams, RequestResult } from '../../src/protocol/wire/requests.ts';
import { openDaemon } from '../helpers/daemon/in-process-daemon.ts';

/** Answers one request with any result, or throws a Refusal. */
type Lie<N extends RequestName> = (about: {
  params: RequestParams<N>;
  /** Carries out the request and returns the answer as the real daemon does. */
  honest: () => Promise<RequestResult<N>>;
  /** The session that asked. `session.link.send` sends any bytes as a message, `session.tell` an event. */
  session: Session;
  context: Context;
}) => unknown;

/** Lies can be set, changed and deleted at any time. */
type Script = {
  answers: { [N in RequestName]?: Lie<N> };
  /** Returns what is sent instead of each message to a client (except broadcasts): itself, others, or nothing. Any bytes will do. */
  message: ((bytes: Uint8Array, session: Session) => Uint8Array[]) | null;
};

export type HostileDaemon = Awaited<ReturnType<typeof openDaemon>> & {
  script: Script;
  /** The sessions that have sent a request, in order, with those that ended. */
  sessions: Session[];
  /** The newest session of `name`. @throws if there is none */
  sessionOf(name: string): Session;
};

/** Starts it; it stops when the test ends. By default room messages go over each link, so that `script.message` sees everything. */
export async function hostileDaemon(
  t: ExecutionContext,
  o: { flags?: Record<string, string>; clock?: Clock } = {},
): Promise<HostileDaemon> {
  const script: Script = { answers: {}, message: null };
  const sessions: Session[] = [];
  const met = (session: Session): void => {
    if (sessions.includes(session)) return;
    sessions.push(session);
    const { link } = session;
    const send = link.send.bind(link);
    link.send = (bytes) => {
      for (const message of script.message?.(bytes, session) ?? [bytes]) send(message);
    };
  };
  const lying = <N extends RequestName>(method: N): RequestTable[N] => {
    const row = requestTable[method];
    const handler = async (context: Context, session: Session, params: RequestParams<N>): Promise<RequestResult<N>> => {
      met(session);
      const honest = () => row.handler(context, session, params);
      const lie = script.answers[method] as Lie<N> | undefined;
      return lie ? ((await lie({ params, honest, session, context })) as RequestResult<N>) : honest();
    };
    return { ...row, handler } as RequestTable[N];
  };
  const methods = Object.keys(requestTable) as RequestName[];
  const lies = Object.fromEntries(methods.map((method) => [method, lying(method)])) as unknown as RequestTable;
  const inside = await openDaemon(t, { ...o, flags: { 'no-broadcast': 'true', ...o.flags }, table: lies });
  const sessionOf = (name: string): Session => {
    const found = sessions.findLast((session) => session.account?.name === name);
    if (found === undefined) throw new Error(`${name} has no session here`);
    return found;
  };
  return { ...inside, script, sessions, sessionOf };
}
