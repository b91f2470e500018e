import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { Calls } from '../../../src/client/connection/calls.ts';
import { startHeartbeat } from '../../../src/client/connection/heartbeat.ts';
import { ClientError } from '../../../src/client/errors.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { encodeEvent, encodeRefusal, encodeResult } from '../../../src/protocol/wire/codec.ts';
import { fakeWire } from '../../helpers/client/wire.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

/** A watched link whose other end is the test. */
function open() {
  const clock = manualClock();
  const wire = fakeWire();
  wire.destroy = () => wire.end('lost');
  const calls = new Calls(wire);
  startHeartbeat(calls, clock);
  return { clock, wire, calls };
}

test('a daemon that is silent for 15 s after an idle minute counts as lost', async (t) => {
  const { clock, wire, calls } = open();
  clock.advance(60_000);
  t.deepEqual(wire.sent, [[0, 1, 'ping', {}]]);
  wire.onMessage(encodeResult('ping', 1, { at: 1 }));
  await setImmediate();
  t.deepEqual(clock.pending(), [60_000]);
  clock.advance(60_000);
  t.is(calls.ended, null);
  clock.advance(14_999);
  t.is(calls.ended, null);
  clock.advance(1);
  t.is(calls.ended, 'lost');
});

test('with a request waiting, silence is noticed after 25 s', async (t) => {
  const { clock, wire, calls } = open();
  const before = calls.request('away', { away: false });
  clock.advance(4000);
  wire.onMessage(encodeResult('away', 1, {}));
  await before;
  const asked = t.throwsAsync(calls.request('sessions', {}), { instanceOf: ClientError, code: 'unreachable' });
  clock.advance(9999);
  t.is(wire.sent.length, 2);
  clock.advance(1);
  t.is(wire.sent[2]?.[2], 'ping');
  clock.advance(15_000);
  t.is(calls.ended, 'lost');
  await asked;
});

test('a slow answer does not count as silence while other data arrives, and an answered request leaves no timer', async (t) => {
  const { clock, wire, calls } = open();
  const asked = calls.request('sessions', {});
  const event = encodeEvent('presence', { name: 'bob', online: true, away: false });
  for (let i = 0; i < 4; i++) {
    clock.advance(5000);
    wire.onMessage(event);
    clock.advance(5000);
  }
  t.is(wire.sent.length, 1);
  wire.onMessage(encodeResult('sessions', 1, { sessions: [], devices: [] }));
  await asked;
  clock.advance(10_000);
  t.deepEqual(clock.pending(), [10_000]);
});

test('an answer behind a long queue may take longer while the queue shrinks', async (t) => {
  const { clock, wire, calls } = open();
  const queue = { bytes: 3000 };
  Object.defineProperty(wire, 'queuedBytes', { get: () => queue.bytes });
  clock.advance(60_000);
  for (queue.bytes = 2000; queue.bytes > 0; queue.bytes -= 1000) {
    clock.advance(15_000);
    t.is(calls.ended, null);
  }
  clock.advance(30_000);
  t.is(calls.ended, 'lost');
});

test('a refusal is a sign of life', async (t) => {
  const { clock, wire } = open();
  clock.advance(60_000);
  wire.onMessage(encodeRefusal(1, new Refusal('busy', 'too much work')));
  await setImmediate();
  t.deepEqual(clock.pending(), [60_000]);
});

test('the end of the link is not reported as silence, and ends the pings', async (t) => {
  const { clock, wire } = open();
  clock.advance(60_000);
  wire.end('lost');
  await setImmediate();
  t.deepEqual(clock.pending(), []);
  t.is(wire.sent.length, 1);
});
