import { randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { ProtocolError } from '../../../src/protocol/base/errors.ts';
import {
  type CreateBody,
  decodeCreateBody,
  decodeJoinBody,
  encodeCreateBody,
  encodeJoinBody,
} from '../../../src/protocol/sealed/room-bodies.ts';

const refused = { instanceOf: ProtocolError, code: 'room', message: 'a log entry was refused' };
const bytes = (size: number) => fc.uint8Array({ minLength: size, maxLength: size });
const create: fc.Arbitrary<CreateBody> = fc.record({
  daemonId: bytes(32),
  kind: fc.constantFrom('lobby', 'open', 'private'),
  nonce: bytes(16),
  history: fc.constantFrom('since-join', 'shared'),
  makerName: fc.string({ unit: 'grapheme', maxLength: 32 }),
  makerSpki: fc.uint8Array({ maxLength: 422 }),
  infoCommitment: bytes(32),
  name: fc.string({ unit: 'grapheme', maxLength: 32 }),
});

test('the body of create decodes to what was encoded, and to nothing else', (t) => {
  fc.assert(
    fc.property(create, (body) => {
      const encoded = encodeCreateBody(body);
      t.deepEqual(structuredClone(decodeCreateBody(encoded)), structuredClone(body));
      t.throws(() => decodeCreateBody(encoded.subarray(0, -1)), refused);
      t.throws(() => decodeCreateBody(Buffer.concat([encoded, Buffer.alloc(1)])), refused);
    }),
  );
});

test('an unknown kind of room, or of history, is refused', (t) => {
  const [first] = fc.sample(create, { numRuns: 1, seed: 1 });
  if (first === undefined) return t.fail();
  const encoded = encodeCreateBody(first);
  for (const at of [32, 49]) t.throws(() => decodeCreateBody(encoded.map((byte, i) => (i === at ? 3 : byte))), refused);
});

test('the body of join holds a key and an invitation, or zeros', (t) => {
  const sigSpki = randomBytes(422);
  t.deepEqual(Buffer.from(decodeJoinBody(encodeJoinBody({ sigSpki })).invitation), Buffer.alloc(32));
  const invitation = randomBytes(32);
  const body = encodeJoinBody({ sigSpki, invitation });
  t.deepEqual(Buffer.from(decodeJoinBody(body).invitation), invitation);
  t.deepEqual(Buffer.from(decodeJoinBody(body).sigSpki), sigSpki);
  t.throws(() => decodeJoinBody(body.subarray(0, -1)), refused);
  t.throws(() => decodeJoinBody(Buffer.concat([body, Buffer.alloc(1)])), refused);
});
