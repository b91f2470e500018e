/** How the daemon's events about transfers are kept. */
import test from 'ava';
import { type TransferConnection, TransferEvents } from '../../../src/client/transfers/transfer-events.ts';
import type { Event } from '../../../src/protocol/wire/codec.ts';

test('attack: a flood of events for unknown transfers takes bounded memory, and running ones are not lost', (t) => {
  let hear: (event: Event) => void = () => {};
  const connection: Partial<TransferConnection> = {
    onEvent(listener) {
      hear = listener;
      return () => {};
    },
    onState: () => () => {},
  };
  const events = new TransferEvents(connection as TransferConnection);
  const stored = (transfer: number, upTo: number) =>
    hear({ method: 'stored', params: { transfer, upTo, window: upTo } });
  stored(1, 7);
  t.is(events.of(1).upTo, 7, 'news may come before anybody asks for them');
  for (let other = 2; other < 1000; other++) {
    stored(other, other);
    t.is(events.of(1).upTo, 7);
  }
  t.is(events.of(999).upTo, 999);
  t.is(events.of(2).upTo, 0, 'of the first ones nothing is kept');
});
