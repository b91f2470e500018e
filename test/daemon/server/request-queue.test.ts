import test from 'ava';
import { limitValues } from '../../../src/daemon/limits/limits.ts';
import { afterLogin, type RequestTable } from '../../../src/daemon/requests/index.ts';
import { ProtocolError, Refusal } from '../../../src/protocol/base/errors.ts';
import { encodeRequest } from '../../../src/protocol/wire/codec.ts';
import { hash, openQueue, settle } from '../../helpers/daemon/request-queue.ts';
import type { ManualClock } from '../../helpers/manual-clock.ts';

function slow(events: string[], name: string) {
  return async () => {
    events.push(`${name} begins`);
    await settle();
    events.push(`${name} ends`);
    return {};
  };
}

test('an exclusive request waits for those before it and holds up those after it', async (t) => {
  const events: string[] = [];
  const { queue, sent } = openQueue({
    read: { allowed: afterLogin, handler: slow(events, 'read') },
    deliver: { allowed: afterLogin, handler: slow(events, 'deliver'), exclusive: true },
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

test('finish() answers the requests in progress and starts no others', async (t) => {
  const events: string[] = [];
  const { queue, sent } = openQueue({ read: { allowed: afterLogin, handler: slow(events, 'read'), exclusive: true } });
  queue.take(encodeRequest(1, 'read', { conversation: hash, seq: 1 }));
  queue.take(encodeRequest(2, 'read', { conversation: hash, seq: 2 }));
  await settle();
  await queue.finish();
  await settle();
  t.deepEqual(events, ['read begins', 'read ends']);
  t.deepEqual(sent, [{ id: 1, result: {} }]);
});

test('a refusal is answered, and the session goes on', async (t) => {
  const { queue, sent, state } = openQueue({
    ping: { allowed: afterLogin, handler: () => Promise.reject(new Refusal('busy', 'try later')) },
  });
  queue.take(encodeRequest(7, 'ping', {}));
  await settle();
  t.deepEqual(sent, [{ id: 7, refusal: { code: 'busy', message: 'try later' } }]);
  t.false(state.closed || state.destroyed);
});

test('a bug is logged with its stack, answered as internal, and ends the session', async (t) => {
  const { queue, sent, state, log } = openQueue({
    ping: { allowed: afterLogin, handler: () => Promise.reject(new Error('the secret of the house')) },
  });
  queue.take(encodeRequest(7, 'ping', {}));
  await settle();
  t.like(sent[0], { id: 7, refusal: { code: 'internal' } });
  t.notRegex(JSON.stringify(sent), /secret/);
  t.true(state.closed);
  t.true(log.some((line) => line.evt === 'sys_crash'));
});

test('malformed bytes end their link with one line in the log', async (t) => {
  for (const bytes of [new Uint8Array([0xc1]), new Uint8Array(0), new Uint8Array([0x93, 0, 1])]) {
    const { queue, sent, state, log } = openQueue({});
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

test('a protocol error in a handler ends the link, too', async (t) => {
  const { queue, state } = openQueue({
    ping: { allowed: afterLogin, handler: () => Promise.reject(new ProtocolError('note', 'bad')) },
  });
  queue.take(encodeRequest(1, 'ping', {}));
  await settle();
  t.true(state.destroyed);
});

test('a refusal names what the state of the session lacks', async (t) => {
  const expected = {
    anonymous: 'login-refused',
    'must-renew': 'must-renew',
    'needs-vault': 'needs-vault',
    'by-key': 'needs-password',
    'by-export': 'needs-password',
    'by-password': 'bad-request',
  } as const;
  for (const [state, code] of Object.entries(expected)) {
    const { queue, session, sent } = openQueue({ ping: { allowed: [], handler: async () => ({ at: 0 }) } });
    session.state = state as keyof typeof expected;
    queue.take(encodeRequest(1, 'ping', {}));
    await settle();
    t.like(sent[0], { refusal: { code } });
  }
});

test('no request starts while answers pile up unread', async (t) => {
  const { queue, sent, state } = openQueue({ ping: { allowed: afterLogin, handler: async () => ({ at: 1 }) } });
  state.queuedBytes = limitValues.pauseQueuedBytes + 1;
  queue.take(encodeRequest(1, 'ping', {}));
  await settle();
  t.is(sent.length, 0);
  state.queuedBytes = 0;
  state.drain();
  await settle();
  await settle();
  t.is(sent.length, 1);
});

test('a request is charged what it took, and a client over budget waits beside others and is not read', async (t) => {
  const { queue, sent, state, clock, context } = openQueue({
    ping: {
      allowed: afterLogin,
      handler: async () => {
        clock.advance(2);
        return { at: 1 };
      },
    },
  });
  const bob = openQueue({ ping: { allowed: afterLogin, handler: async () => ({ at: 1 }) } }, 'bob', context);
  const turnsBesideBob = async (turns: number) => {
    for (let turn = 0; turn < turns; turn += 1) {
      bob.queue.take(encodeRequest(turn, 'ping', {}));
      await settle();
    }
  };
  await turnsBesideBob(2);
  const left = 10;
  context.limits.budgetOf('alice', '').charge(limitValues.work.burst - left);
  for (let id = 0; id < 20; id += 1) queue.take(encodeRequest(id, 'ping', {}));
  await turnsBesideBob(40);
  // The budget refills a little during each of them.
  t.true(sent.length >= left / 2 && sent.length <= left + 1, `${sent.length}`);
  t.false(state.read);
  t.false(sent.some((answer) => 'refusal' in answer));
  const before = sent.length;
  clock.advance(90);
  await turnsBesideBob(5);
  t.true(sent.length > before);
});

test('a client alone at work is never held up, and owes nothing when others come', async (t) => {
  const rows: Partial<RequestTable> = {
    ping: {
      allowed: afterLogin,
      handler: async ({ clock }) => {
        (clock as ManualClock).advance(2);
        return { at: 1 };
      },
    },
  };
  const { queue, sent, context } = openQueue(rows);
  const most = (limitValues.work.burst / 2) * 1.5;
  for (let id = 0; id < most; id += 1) {
    queue.take(encodeRequest(id, 'ping', {}));
    if (id % limitValues.requestsWaiting === 0) while (sent.length < id) await settle();
  }
  while (sent.length < most) await settle();
  const bob = openQueue(rows, 'bob', context);
  bob.queue.take(encodeRequest(1, 'ping', {}));
  while (bob.sent.length === 0) await settle();
  const wait = context.limits.budgetOf('alice', '').waitMs();
  t.true(wait < 50, `${wait} ms`);
});

test('a client that used little goes before one that used much, even if that one asked first', async (t) => {
  const order: string[] = [];
  const rows: Partial<RequestTable> = {
    ping: {
      allowed: afterLogin,
      handler: async ({ clock }, session) => {
        order.push(session.name);
        (clock as ManualClock).advance(1);
        return { at: 1 };
      },
    },
  };
  const hostile = openQueue(rows, 'mallory');
  const honest = openQueue(rows, 'alice', hostile.context);
  const pings = (count: number) => {
    for (let id = 0; id < count; id += 1) hostile.queue.take(encodeRequest(id, 'ping', {}));
  };
  pings(limitValues.requestsWaiting);
  while (order.length < limitValues.requestsWaiting) await settle();
  pings(20);
  honest.queue.take(encodeRequest(1, 'ping', {}));
  const from = order.length;
  while (order.length < from + 21) await settle();
  t.is(order[from], 'alice');
});

test('a link is not read while many requests wait, and read again when half are done; none is refused', async (t) => {
  const go: (() => void)[] = [];
  const { queue, sent, state } = openQueue({
    read: { allowed: afterLogin, handler: () => new Promise((resolve) => go.push(() => resolve({}))) },
  });
  const all = limitValues.requestsAtOnce + limitValues.requestsWaiting;
  for (let seq = 1; seq <= all; seq += 1) {
    queue.take(encodeRequest(seq, 'read', { conversation: hash, seq }));
    if (seq <= limitValues.requestsAtOnce) await settle();
  }
  t.false(state.read);
  for (let done = 0; done < all && !state.read; done += 1) {
    go[done]?.();
    await settle();
  }
  t.true(state.read);
  t.true(sent.length >= limitValues.requestsWaiting / 2);
  t.false(sent.some((answer) => 'refusal' in answer));
});

test('few requests with long answers run at once, because they may wait for the client', async (t) => {
  let under = 0;
  const { queue } = openQueue({
    people: {
      allowed: afterLogin,
      largeAnswer: true,
      handler: () => {
        under += 1;
        return new Promise(() => {});
      },
    },
  });
  for (let id = 0; id < limitValues.requestsAtOnce; id += 1) queue.take(encodeRequest(id, 'people', { after: null }));
  for (let turn = 0; turn < limitValues.requestsAtOnce; turn += 1) await settle();
  t.is(under, limitValues.largeAnswersAtOnce);
});

test('a waiting request is not parsed before its turn: malformed bytes behind an exclusive request end the link later', async (t) => {
  let done = () => {};
  const { queue, state } = openQueue({
    deliver: {
      allowed: afterLogin,
      exclusive: true,
      handler: () => new Promise((resolve) => (done = () => resolve({}))),
    },
  });
  queue.take(encodeRequest(1, 'deliver', { conversation: hash, seq: 1 }));
  queue.take(Uint8Array.of(0xc1));
  await settle();
  t.false(state.destroyed);
  done();
  await settle();
  await settle();
  t.true(state.destroyed);
});
