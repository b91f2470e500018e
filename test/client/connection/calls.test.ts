import test from 'ava';
import { Calls } from '../../../src/client/connection/calls.ts';
import { ClientError } from '../../../src/client/errors.ts';
import { ProtocolError, Refusal } from '../../../src/protocol/base/errors.ts';
import type { LinkEnd } from '../../../src/protocol/link/link-inbox.ts';
import { type Event, encodeEvent, encodeRefusal, encodeResult } from '../../../src/protocol/wire/codec.ts';
import { fakeWire } from '../../helpers/client/wire.ts';

/** Calls on a link whose other end is the test, and how the link ended. */
function open() {
  const wire = fakeWire();
  const calls = new Calls(wire);
  const ends: LinkEnd[] = [];
  calls.onEnd = (end) => ends.push(end);
  return { wire, calls, ends };
}

test('answers are matched to their requests in any order', async (t) => {
  const { wire, calls } = open();
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

test('a refusal is thrown', async (t) => {
  const wire = fakeWire();
  const asked = new Calls(wire).request('ping', {});
  wire.onMessage(encodeRefusal(1, new Refusal('rate-limited', 'too fast; wait a second')));
  t.is((await t.throwsAsync(asked, { instanceOf: Refusal }))?.code, 'rate-limited');
});

test('the end of the link fails waiting and later requests with a sentence', async (t) => {
  const { wire, calls, ends } = open();
  const asked = calls.request('ping', {});
  t.is(calls.ended, null);
  wire.end('lost');
  const unreachable = { instanceOf: ClientError, code: 'unreachable', message: /connection was lost/ };
  await t.throwsAsync(asked, unreachable);
  await t.throwsAsync(calls.request('ping', {}), unreachable);
  wire.end('closed');
  t.deepEqual(ends, ['lost']);
  t.is(calls.ended, 'lost');
});

test('a malformed message ends the link', async (t) => {
  const { wire, calls, ends } = open();
  const asked = calls.request('ping', {});
  wire.onMessage(Uint8Array.of(1, 2, 3));
  t.true(wire.closed);
  t.true(ends[0] instanceof ProtocolError);
  await t.throwsAsync(asked, { instanceOf: ClientError, code: 'unreachable' });
});

test('an answer of the wrong shape fails only its own request', async (t) => {
  const { wire, calls } = open();
  const asked = calls.request('ping', {});
  wire.onMessage(encodeResult('register-start', 1, { message: 'x' }));
  await t.throwsAsync(asked, { instanceOf: ProtocolError });
  t.false(wire.closed);
  // Nobody waits for this answer: it is ignored.
  wire.onMessage(encodeResult('ping', 77, { at: 1 }));
});

test('events and segments go to their listeners', (t) => {
  const { wire, calls } = open();
  const events: Event[] = [];
  wire.onMessage(encodeEvent('presence', { name: 'bob', online: true, away: false }));
  calls.listen((event) => events.push(event));
  wire.onMessage(encodeEvent('presence', { name: 'bob', online: false, away: false }));
  t.deepEqual(events, [
    { method: 'presence', params: { name: 'bob', online: true, away: false } },
    { method: 'presence', params: { name: 'bob', online: false, away: false } },
  ]);
  const segments: number[] = [];
  const end = calls.onSegment(7, (index) => segments.push(index));
  wire.onSegment(7, 0, new Uint8Array());
  wire.onSegment(8, 1, new Uint8Array());
  end();
  wire.onSegment(7, 2, new Uint8Array());
  t.deepEqual(segments, [0]);
});

const lobby = new Uint8Array(32).fill(4);

function posted(o: { kind?: 'message' | 'log'; conversation?: Uint8Array; with?: string | null } = {}): Uint8Array {
  const { kind = 'message', conversation = lobby, with: other = null } = o;
  const entry = { seq: 5, at: 1, kind, from: 'bob', bytes: Uint8Array.of(1), file: null, keys: [] };
  return encodeEvent('posted', { conversation, with: other, entry });
}

test('a broadcast is shown early, and becomes an event when it is confirmed', (t) => {
  const { wire, calls } = open();
  const [events, early]: [Event[], Event[]] = [[], []];
  wire.onBroadcast(lobby, posted());
  wire.onConfirmed();
  calls.listen(
    (event) => events.push(event),
    (event) => early.push(event),
  );
  t.is(events.length, 1);
  wire.onBroadcast(lobby, posted());
  wire.onBroadcast(lobby, posted());
  t.is(early.length, 2);
  t.is(events.length, 1);
  wire.onConfirmed();
  wire.onMessage(encodeEvent('presence', { name: 'bob', online: false, away: false }));
  t.true(events[1] === early[0] && events[2] === early[1]);
  t.deepEqual(
    events.map(({ method }) => method),
    ['posted', 'posted', 'posted', 'presence'],
  );
  wire.onBroadcast(lobby, posted());
  wire.end('lost');
  wire.onConfirmed();
  t.is(events.length, 4);
});

test('attack: a broadcast with anything but a room message ends the link', (t) => {
  const words = [
    encodeEvent('presence', { name: 'bob', online: false, away: false }),
    encodeEvent('closing', { reason: 'ended', message: 'go away' }),
    encodeResult('ping', 1, { at: 1 }),
    posted({ kind: 'log' }),
    posted({ with: 'bob' }),
    posted({ conversation: new Uint8Array(32) }),
    Uint8Array.of(1, 2, 3),
  ];
  for (const word of words) {
    const { wire, calls, ends } = open();
    const events: Event[] = [];
    calls.listen(
      (event) => events.push(event),
      (event) => events.push(event),
    );
    wire.onBroadcast(lobby, word);
    wire.onConfirmed();
    t.true(wire.closed);
    t.true(ends[0] instanceof ProtocolError);
    t.deepEqual(events, []);
  }
});

test('attack: an endless flood of events before login ends the link', (t) => {
  const { wire, ends } = open();
  const event = encodeEvent('presence', { name: 'bob', online: true, away: false });
  for (let i = 0; i < 100_000 && !wire.closed; i++) wire.onMessage(event);
  t.true(wire.closed);
  t.true(ends[0] instanceof ProtocolError);
});
