/** The request queue of one client, with an object as its link and the test's own handlers. */
import { pino } from 'pino';
import type { Context, DaemonContext } from '../../../src/daemon/context.ts';
import { Limits } from '../../../src/daemon/limits/limits.ts';
import { type RequestTable, requestTable } from '../../../src/daemon/requests/index.ts';
import { RequestQueue } from '../../../src/daemon/server/request-queue.ts';
import { Session } from '../../../src/daemon/sessions/session.ts';
import { Sessions } from '../../../src/daemon/sessions/sessions.ts';
import { type Answer, decodeFromDaemon } from '../../../src/protocol/wire/codec.ts';
import { type ManualClock, manualClock } from '../manual-clock.ts';

export const hash = new Uint8Array(32);

/** Resolves after everything that is ready has run. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

/**
 * @param rows replace rows of the daemon's table
 * @param beside shares its clock and limits
 */
export function openQueue(rows: Partial<RequestTable>, name = 'alice', beside?: Context) {
  const sent: (Answer | { event: string })[] = [];
  const state = { closed: false, destroyed: false, read: true, queuedBytes: 0, drain: () => {} };
  const link = {
    cb: hash,
    get queuedBytes() {
      return state.queuedBytes;
    },
    send(bytes: Uint8Array) {
      const message = decodeFromDaemon(bytes);
      sent.push('answer' in message ? message.answer : { event: message.event.method });
    },
    sendSegment() {},
    drained: () => new Promise<void>((resolve) => (state.drain = resolve)),
    pause() {
      state.read = false;
    },
    resume() {
      state.read = true;
    },
    loggedIn() {},
    setRoomKey() {},
    dropRoom() {},
    broadcast() {},
    mark() {},
    async close() {
      state.closed = true;
    },
    destroy() {
      state.destroyed = true;
    },
  };
  const clock = (beside?.clock as ManualClock | undefined) ?? manualClock();
  const log: { [field: string]: unknown }[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void log.push(JSON.parse(line)) });
  const session = new Session({ id: 1, link, address: '192.0.2.1', since: 0, log: logger });
  session.state = 'by-password';
  session.account = { name, idFp: hash, record: 'x', flags: new Set() };
  const shared = { for: () => shared };
  // The queue uses nothing else of the context.
  const context = (beside ?? {
    clock,
    limits: new Limits(clock),
    sessions: new Sessions(),
    opaque: shared,
    store: shared,
  }) as unknown as DaemonContext;
  const queue = new RequestQueue(context, session, { ...requestTable, ...rows });
  return { queue, session, sent, state, clock, log, context };
}
