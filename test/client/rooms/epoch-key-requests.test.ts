import test from 'ava';
import { ClientBus } from '../../../src/client/events/client-bus.ts';
import { roomRef } from '../../../src/client/notes/conversation-ref.ts';
import { EpochKeyRequests, type EpochKeyRequestsParts } from '../../../src/client/rooms/epoch-key-requests.ts';

type Known = { id: string; key: Uint8Array | null; open: boolean };

/** A client that knows these epochs; `asked()` returns the ids requested since the last call. */
function setUp(ids: readonly string[]) {
  const epochs = new Map(ids.map((id): [string, Known] => [id, { id, key: null, open: true }]));
  const time = { now: 0 };
  let sent: string[] = [];
  const room = {
    keys: { current: null, get: (id: string) => epochs.get(id) ?? null, isOpen: ({ open }: Known) => open },
    rekey: { ask: async ({ id }: Known) => void sent.push(id) },
  } as unknown as Pick<EpochKeyRequestsParts, 'keys' | 'rekey'>;
  const requests = new EpochKeyRequests({
    ...room,
    ref: roomRef(new Uint8Array(32), '#lobby'),
    clock: { monotonic: () => time.now },
    bus: new ClientBus(),
  });
  const asked = () => {
    const taken = sent;
    sent = [];
    return taken;
  };
  return { requests, time, asked, change: (id: string, to: Partial<Known>) => Object.assign(epochs.get(id) ?? {}, to) };
}

test('each missing key is requested once in 5 s, until it comes or somebody leaves', (t) => {
  const { requests, time, asked, change } = setUp(['a', 'b', 'c']);
  requests.ask(['a', 'unknown']);
  requests.ask(['a', 'b']);
  t.deepEqual(asked(), ['a', 'b']);
  time.now = 4999;
  requests.ask(['a', 'b', 'c']);
  t.deepEqual(asked(), ['c']);
  time.now = 5000;
  change('b', { key: new Uint8Array(32) });
  requests.ask(['b']);
  t.deepEqual(asked(), ['a']);
  time.now = 20_000;
  change('a', { open: false });
  requests.ask(['a', 'b']);
  t.deepEqual(asked(), ['c']);
});

test('at most 16 keys are requested at once, and every key gets its turn', (t) => {
  const many = Array.from({ length: 40 }, (_, n) => `garbage-${n}`);
  const { requests, time, asked } = setUp([...many, 'good']);
  requests.ask([...many, 'good']);
  t.is(asked().length, 16);
  requests.ask(many);
  t.deepEqual(asked(), []);
  const later: string[] = [];
  for (let round = 1; round <= 2; round += 1) {
    time.now = round * 5000;
    requests.ask(many);
    later.push(...asked());
  }
  t.is(later.length, 32);
  t.true(later.includes('good'));
});
