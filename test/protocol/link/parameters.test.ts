import test from 'ava';
import fc from 'fast-check';
import { concat } from '../../../src/protocol/base/bytes.ts';
import {
  decodeClientParameters,
  decodeDaemonParameters,
  encodeParameters,
} from '../../../src/protocol/link/parameters.ts';

const layout = { name: 'ProtocolError', code: 'layout' } as const;
const daemonId = new Uint8Array(32).fill(1);
const parameters = { messages: 1, software: 'securechat 0.1.0', time: 1_700_000_000_000 };

test('each side reads the parameters of the other', (t) => {
  const any = fc.record({
    messages: fc.nat(65_535),
    software: fc.string({
      unit: fc.integer({ min: 32, max: 126 }).map((n) => String.fromCharCode(n)),
      minLength: 1,
      maxLength: 64,
    }),
    time: fc.maxSafeNat(),
  });
  fc.assert(
    fc.property(any, (p) => {
      t.deepEqual(decodeClientParameters(encodeParameters(p)), p);
      const { daemonId: id, ...rest } = decodeDaemonParameters(encodeParameters(p, daemonId));
      t.deepEqual([rest, Buffer.from(id)], [p, Buffer.from(daemonId)]);
    }),
  );
});

test('parameters that are cut off, too long or of the other side are refused', (t) => {
  const client = encodeParameters(parameters);
  const daemon = encodeParameters(parameters, daemonId);
  for (let n = 0; n < client.length; n++) t.throws(() => decodeClientParameters(client.subarray(0, n)), layout);
  for (let n = 0; n < daemon.length; n++) t.throws(() => decodeDaemonParameters(daemon.subarray(0, n)), layout);
  t.throws(() => decodeClientParameters(concat(client, Uint8Array.of(0))), layout);
  t.throws(() => decodeDaemonParameters(concat(daemon, Uint8Array.of(0))), layout);
  t.throws(() => decodeClientParameters(daemon), layout);
});

test('a software name that a terminal should not show is neither sent nor accepted', (t) => {
  for (const software of ['', '\u001b[31mred', 'é', 'x'.repeat(65), 'a\nb']) {
    t.throws(() => encodeParameters({ ...parameters, software }), { instanceOf: RangeError });
  }
  const bytes = Uint8Array.from(encodeParameters(parameters));
  for (const byte of [0x1b, 0x7f, 0x80, 0x0a]) {
    bytes[bytes.length - 1] = byte;
    t.throws(() => decodeClientParameters(bytes), layout);
  }
});
