import { decode } from '@msgpack/msgpack';
import type { MessageLink } from '../../../src/client/connection/calls.ts';
import type { ProtocolError } from '../../../src/protocol/base/errors.ts';

export type FakeWire = MessageLink & {
  /** The requests that were sent: [0, id, method, params]. */
  sent: [number, number, string, unknown][];
  closed: boolean;
  end(how: 'closed' | 'lost' | ProtocolError): void;
};

/** A link whose other end is the test. */
export function fakeWire(): FakeWire {
  const wire: FakeWire = {
    cb: new Uint8Array(32),
    queuedBytes: 0,
    onMessage: () => {},
    onSegment: () => {},
    onBroadcast: () => {},
    onConfirmed: () => {},
    onClose: () => {},
    sent: [],
    closed: false,
    send: (message) => wire.sent.push(decode(message) as [number, number, string, unknown]),
    sendSegment: () => {},
    drained: async () => {},
    loggedIn: () => {},
    close: async () => {
      wire.closed = true;
      wire.onClose('closed');
    },
    destroy: () => {
      wire.closed = true;
    },
    end: (how) => wire.onClose(how),
  };
  return wire;
}
