import test from 'ava';
import { pino } from 'pino';
import type { Context } from '../../src/daemon/context.ts';
import { figures, Limits } from '../../src/daemon/limits.ts';
import { RequestQueue } from '../../src/daemon/request-queue.ts';
import { afterLogin, beforeLogin, type Table, table } from '../../src/daemon/requests/index.ts';
import { Session } from '../../src/daemon/session.ts';
import { ProtocolError, Refusal } from '../../src/protocol/errors.ts';
import { type Answer, decodeFromDaemon, encodeRequest } from '../../src/protocol/messages.ts';
import { manualClock } from '../helpers/manual-clock.ts';

const hash = new Uint8Array(32);

/** Lets everything that is ready run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** @param rows in the place of the daemon's own. */
function open(rows: Partial<Table>) {
  const sent: (Answer | { event: string })[] = [];
  const state = { closed: false, destroyed: false, queuedBytes: 0, drain: () => {} };
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
  const clock = manualClock();
  const log: { [field: string]: unknown }[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void log.push(JSON.parse(line)) });
  const session = new Session({ id: 1, link, address: '192.0.2.1', since: 0, log: logger });
  session.state = 'by-password';
  session.account = { name: 'alice', idFp: hash, record: 'x', flags: new Set() };
  // The queue itself uses nothing else of the context.
  const context = { clock, limits: new Limits(clock) } as unknown as Context;
  const queue = new RequestQueue(context, session, { ...table, ...rows });
  return { queue, session, sent, state, clock, log };
}

test('requests run together, up to a limit, and start in order', async (t) => {
  const started: number[] = [];
  const go: (() => void)[] = [];
  const { queue, sent } = open({
    read: {
      allowed: afterLogin,
      handler: (_, __, { seq }) => {
        started.push(seq);
        return new Promise((resolve) => go.push(() => resolve({})));
      },
    },
  });
  const count = figures.requestsAtOnce + 5;
  for (let seq = 1; seq <= count; seq += 1) queue.take(encodeRequest(seq, 'read', { conversation: hash, seq }));
  await settle();
  t.is(started.length, figures.requestsAtOnce);
  for (let i = 0; i < count; i += 1) {
    go[i]?.();
    await settle();
  }
  t.deepEqual(
    started,
    Array.from({ length: count }, (_, i) => i + 1),
  );
  t.is(sent.length, count);
});

function slow(events: string[], name: string) {
  return async () => {
    events.push(`${name} begins`);
    await settle();
    events.push(`${name} ends`);
    return {};
  };
}

test('what is marked alone waits for the ones before and holds up the ones behind', async (t) => {
  const events: string[] = [];
  const { queue, sent } = open({
    read: { allowed: afterLogin, handler: slow(events, 'read') },
    deliver: { allowed: afterLogin, handler: slow(events, 'deliver'), alone: true },
  });
  queue.take(encodeRequest(1, 'read', { conversation: hash, seq: 1 }));
  queue.take(encodeRequest(2, 'deliver', { conversation: hash, seq: 1 }));
  queue.take(encodeRequest(3, 'read', { conversation: hash, seq: 1 }));
  while (sent.length < 3) await settle();
  t.deepEqual(
    events,
    ['read', 'deliver', 'read'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
});

test('finishing answers what has begun and begins nothing more', async (t) => {
  const events: string[] = [];
  const { queue, sent } = open({ read: { allowed: afterLogin, handler: slow(events, 'read'), alone: true } });
  queue.take(encodeRequest(1, 'read', { conversation: hash, seq: 1 }));
  queue.take(encodeRequest(2, 'read', { conversation: hash, seq: 2 }));
  await queue.finish();
  await settle();
  t.deepEqual(events, ['read begins', 'read ends']);
  t.deepEqual(sent, [{ id: 1, result: {} }]);
});

test('a refusal is answered and the session lives', async (t) => {
  const { queue, sent, state } = open({
    ping: { allowed: afterLogin, handler: () => Promise.reject(new Refusal('busy', 'try later')) },
  });
  queue.take(encodeRequest(7, 'ping', {}));
  await settle();
  t.deepEqual(sent, [{ id: 7, refusal: { code: 'busy', message: 'try later' } }]);
  t.false(state.closed || state.destroyed);
});

test('a bug is logged with its stack, answered with one word, and ends the session', async (t) => {
  const { queue, sent, state, log } = open({
    ping: { allowed: afterLogin, handler: () => Promise.reject(new Error('the secret of the house')) },
  });
  queue.take(encodeRequest(7, 'ping', {}));
  await settle();
  t.like(sent[0], { id: 7, refusal: { code: 'internal' } });
  t.notRegex(JSON.stringify(sent), /secret/);
  t.true(state.closed);
  t.true(log.some((line) => line.evt === 'sys_crash'));
});

test('garbage cuts this link with one line in the log', async (t) => {
  for (const bytes of [new Uint8Array([0xc1]), new Uint8Array(0), new Uint8Array([0x93, 0, 1])]) {
    const { queue, sent, state, log } = open({});
    queue.take(bytes);
    queue.take(encodeRequest(1, 'ping', {}));
    await settle();
    t.true(state.destroyed);
    t.deepEqual(sent, []);
    t.deepEqual(
      log.map(({ evt, code }) => [evt, code]),
      [['input_validation_fail', 'message']],
    );
  }
});

test('a handler that meets a broken rule cuts the link, too', async (t) => {
  const { queue, state } = open({
    ping: { allowed: afterLogin, handler: () => Promise.reject(new ProtocolError('note', 'bad')) },
  });
  queue.take(encodeRequest(1, 'ping', {}));
  await settle();
  t.true(state.destroyed);
});

test('each state says what is missing', async (t) => {
  const expected = {
    anonymous: 'login-refused',
    'must-renew': 'must-renew',
    'needs-vault': 'needs-vault',
    'by-key': 'needs-password',
    'by-password': 'bad-request',
  } as const;
  for (const [state, code] of Object.entries(expected)) {
    const { queue, session, sent } = open({ ping: { allowed: [], handler: async () => ({ at: 0 }) } });
    session.state = state as keyof typeof expected;
    queue.take(encodeRequest(1, 'ping', {}));
    await settle();
    t.like(sent[0], { refusal: { code } });
  }
});

test('nothing starts while answers pile up unread', async (t) => {
  const { queue, sent, state } = open({ ping: { allowed: afterLogin, handler: async () => ({ at: 1 }) } });
  state.queuedBytes = figures.pauseQueuedBytes + 1;
  queue.take(encodeRequest(1, 'ping', {}));
  await settle();
  t.is(sent.length, 0);
  state.queuedBytes = 0;
  state.drain();
  await settle();
  t.is(sent.length, 1);
});

test('faster than its rate, a client waits; beyond the waiting line it is refused; far beyond, cut', async (t) => {
  const { queue, sent, state, clock } = open({
    ping: { allowed: [...beforeLogin, ...afterLogin], handler: async () => ({ at: 1 }) },
  });
  const total = figures.requests.burst + figures.requestsWaiting + 10;
  for (let id = 0; id < total; id += 1) {
    queue.take(encodeRequest(id, 'ping', {}));
    if (id < figures.requests.burst && id % figures.requestsAtOnce === 0) await settle();
  }
  await settle();
  const refused = sent.filter((answer) => 'refusal' in answer);
  t.true(refused.length >= 1);
  t.like(refused[0], { refusal: { code: 'rate-limited' } });
  const before = sent.length;
  clock.advance(1_000);
  await settle();
  t.true(sent.length > before);
  for (let id = 0; id < 2_000; id += 1) queue.take(encodeRequest(id, 'ping', {}));
  t.true(state.destroyed);
});
