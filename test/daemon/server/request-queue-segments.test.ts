/** Segments of files take turns as requests do. */
import test from 'ava';
import { byteCost, limitValues } from '../../../src/daemon/limits/limits.ts';
import { afterLogin, type RequestTable } from '../../../src/daemon/requests/index.ts';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import { encodeRequest } from '../../../src/protocol/wire/codec.ts';
import { openQueue, settle } from '../../helpers/daemon/request-queue.ts';

const SEGMENT = 262_144;
const rows: Partial<RequestTable> = { ping: { allowed: afterLogin, handler: async () => ({ at: 1 }) } };

test('a segment waits for its turn while its link is not read, and costs as many bytes as it has', async (t) => {
  const { queue, state, context } = openQueue(rows);
  let written = 0;
  const budget = context.limits.budgetOf('alice', '');
  const before = budget.total;
  queue.takeSegment(SEGMENT, () => {
    written += 1;
  });
  t.is(written, 0);
  t.false(state.read);
  await settle();
  t.is(written, 1);
  t.true(state.read);
  t.true(budget.total - before >= byteCost(SEGMENT));
});

test('one turn of the loop takes few segments in all, and a request beside them is answered first', async (t) => {
  const first = openQueue(rows, 'h0');
  const hostile = [first, ...Array.from({ length: 49 }, (_, i) => openQueue(rows, `h${i + 1}`, first.context))];
  let written = 0;
  const sendAll = () => {
    for (const { queue, state } of hostile) {
      if (state.read) queue.takeSegment(SEGMENT, () => (written += 1));
    }
  };
  sendAll();
  await settle();
  t.true(written >= 1 && written < 10, `${written}`);
  for (let turn = 0; turn < 100; turn += 1) {
    sendAll();
    await settle();
  }
  const honest = openQueue(rows, 'alice', first.context);
  sendAll();
  const before = written;
  honest.queue.take(encodeRequest(1, 'ping', {}));
  while (honest.sent.length === 0) await settle();
  t.true(written - before < 10, `${written - before} segments before the ping`);
});

test('segments of a person over budget wait while others have work', async (t) => {
  const { queue, state, clock, context } = openQueue(rows);
  const bob = openQueue(rows, 'bob', context);
  const turnsBesideBob = async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      bob.queue.take(encodeRequest(turn, 'ping', {}));
      await settle();
    }
  };
  await turnsBesideBob();
  context.limits.budgetOf('alice', '').charge(limitValues.work.burst + 10);
  let written = 0;
  queue.takeSegment(SEGMENT, () => {
    written += 1;
  });
  await turnsBesideBob();
  t.is(written, 0);
  t.false(state.read);
  clock.advance(1_000);
  await turnsBesideBob();
  t.is(written, 1);
  t.true(state.read);
});

test('a segment is charged once, however often it waits and in whatever turn it is taken', async (t) => {
  const { queue, clock, context } = openQueue(rows);
  const bob = openQueue(rows, 'bob', context);
  const budget = context.limits.budgetOf('alice', '');
  let written = 0;
  const write = () => (written += 1);
  const spent = async (run: () => Promise<void>) => {
    const before = budget.total;
    await run();
    return budget.total - before;
  };
  const beside = await spent(async () => {
    queue.take(encodeRequest(1, 'ping', {}));
    queue.takeSegment(SEGMENT, write);
    await settle();
  });
  t.is(written, 1);
  t.true(beside >= byteCost(SEGMENT) && beside < 2 * byteCost(SEGMENT), `${beside}`);

  // Alice has two links and is over budget; Bob has work.
  const other = openQueue(rows, 'alice', context);
  budget.charge(limitValues.work.burst + 10);
  const waiting = await spent(async () => {
    for (const each of [queue, other.queue]) each.takeSegment(SEGMENT, write);
    for (let turn = 0; turn < 40; turn += 1) {
      bob.queue.take(encodeRequest(turn, 'ping', {}));
      await settle();
      clock.advance(2);
    }
  });
  t.is(written, 3);
  t.true(waiting < 3 * byteCost(SEGMENT), `${waiting}`);
});

test('a segment that breaks the protocol ends its link, with one line in the log', async (t) => {
  const { queue, state, log } = openQueue(rows);
  queue.takeSegment(SEGMENT, () => {
    throw new ProtocolError('file', 'a segment out of its turn');
  });
  await settle();
  t.true(state.destroyed);
  t.deepEqual(
    log.map(({ evt, code }) => [evt, code]),
    [['input_validation_fail', 'file']],
  );
});

test('a waiting segment is dropped when the daemon stops', async (t) => {
  const { queue } = openQueue(rows);
  let written = 0;
  queue.takeSegment(SEGMENT, () => {
    written += 1;
  });
  await queue.finish();
  await settle();
  t.is(written, 0);
});
