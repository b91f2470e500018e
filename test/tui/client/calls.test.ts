import test from 'ava';
import { ProtocolError, Refusal } from '../../../src/protocol/errors.ts';
import { type Event, encodeEvent, encodeRefusal, encodeResult } from '../../../src/protocol/messages.ts';
import { Calls, type LinkEnd } from '../../../src/tui/client/calls.ts';
import { ClientError } from '../../../src/tui/client/errors.ts';
import { fakeWire } from '../../helpers/wire.ts';

test('answers find their requests in any order', async (t) => {
  const wire = fakeWire();
  const calls = new Calls(wire);
  const first = calls.request('ping', {});
  const second = calls.request('ping', {});
  t.deepEqual(wire.sent, [
    [0, 1, 'ping', {}],
    [0, 2, 'ping', {}],
  ]);
  wire.onMessage(encodeResult('ping', 2, { at: 2 }));
  wire.onMessage(encodeResult('ping', 1, { at: 1 }));
  t.deepEqual([await first, await second], [{ at: 1 }, { at: 2 }]);
});

test('a refusal is thrown as one', async (t) => {
  const wire = fakeWire();
  const asked = new Calls(wire).request('ping', {});
  wire.onMessage(encodeRefusal(1, new Refusal('rate-limited', 'too fast; wait a second')));
  t.is((await t.throwsAsync(asked, { instanceOf: Refusal }))?.code, 'rate-limited');
});

test('an end of the link fails what waits and what comes later, with a sentence', async (t) => {
  const wire = fakeWire();
  const calls = new Calls(wire);
  const ends: LinkEnd[] = [];
  calls.onEnd = (end) => ends.push(end);
  const asked = calls.request('ping', {});
  wire.end('lost');
  const unreachable = { instanceOf: ClientError, code: 'unreachable', message: /connection was lost/ };
  await t.throwsAsync(asked, unreachable);
  await t.throwsAsync(calls.request('ping', {}), unreachable);
  wire.end('closed');
  t.deepEqual(ends, ['lost']);
});

test('what the language does not know ends the link', async (t) => {
  const wire = fakeWire();
  const calls = new Calls(wire);
  const ends: LinkEnd[] = [];
  calls.onEnd = (end) => ends.push(end);
  const asked = calls.request('ping', {});
  wire.onMessage(Uint8Array.of(1, 2, 3));
  t.true(wire.closed);
  t.true(ends[0] instanceof ProtocolError);
  await t.throwsAsync(asked, { instanceOf: ClientError, code: 'unreachable' });
});

test('an answer that does not fit its request fails that request alone', async (t) => {
  const wire = fakeWire();
  const calls = new Calls(wire);
  const asked = calls.request('ping', {});
  wire.onMessage(encodeResult('register-start', 1, { message: 'x' }));
  await t.throwsAsync(asked, { instanceOf: ProtocolError });
  t.false(wire.closed);
  // Nobody waits for it: nothing happens.
  wire.onMessage(encodeResult('ping', 77, { at: 1 }));
});

test('events and segments go to who listens', (t) => {
  const wire = fakeWire();
  const calls = new Calls(wire);
  const events: Event[] = [];
  wire.onMessage(encodeEvent('presence', { name: 'bob', online: true }));
  calls.listen((event) => events.push(event));
  wire.onMessage(encodeEvent('presence', { name: 'bob', online: false }));
  t.deepEqual(events, [
    { method: 'presence', params: { name: 'bob', online: true } },
    { method: 'presence', params: { name: 'bob', online: false } },
  ]);
  const segments: number[] = [];
  const end = calls.onSegment(7, (index) => segments.push(index));
  wire.onSegment(7, 0, new Uint8Array());
  wire.onSegment(8, 1, new Uint8Array());
  end();
  wire.onSegment(7, 2, new Uint8Array());
  t.deepEqual(segments, [0]);
});
