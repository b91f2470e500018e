import test from 'ava';
import fc from 'fast-check';
import { ProtocolError, Refusal } from '../../../src/protocol/base/errors.ts';
import {
  decodeFromDaemon,
  decodeRequest,
  encodeEvent,
  encodeRefusal,
  encodeRequest,
  encodeResult,
  resultOf,
} from '../../../src/protocol/wire/codec.ts';

test('a request is decoded as it was encoded', (t) => {
  const params = { to: 'bob', note: Uint8Array.of(1, 2, 3), file: null };
  t.deepEqual(decodeRequest(encodeRequest(7, 'whisper', params)), { id: 7, method: 'whisper', params });
});

test('an answer and a refusal are decoded as they were encoded', (t) => {
  const sent = decodeFromDaemon(encodeResult('whisper', 7, { seq: 1, at: 1_700_000_000_000 }));
  t.true('answer' in sent);
  if ('answer' in sent) t.deepEqual(resultOf('whisper', sent.answer), { seq: 1, at: 1_700_000_000_000 });
  const refused = decodeFromDaemon(encodeRefusal(8, new Refusal('no-such-user', 'nobody here is called bob')));
  t.true('answer' in refused);
  if ('answer' in refused) {
    const error = t.throws(() => resultOf('whisper', refused.answer), { instanceOf: Refusal });
    t.is(error?.code, 'no-such-user');
  }
});

test('an event is decoded as it was encoded', (t) => {
  const params = { name: 'bob', online: true, away: false };
  t.deepEqual(decodeFromDaemon(encodeEvent('presence', params)), { event: { method: 'presence', params } });
});

test('a lone surrogate in a name becomes a name that nobody has, and the link goes on', (t) => {
  const sent = decodeRequest(encodeRequest(1, 'typing', { to: 'bo\ud800b' }));
  t.deepEqual(sent.params, { to: 'bo\ufffdb' });
});

test('malformed messages are refused with the one error of this layer', (t) => {
  const cases = [
    encodeRequest(1, 'ping', {}).subarray(0, -1),
    encodeRequest(1, 'constructor' as 'ping', {}),
    encodeRequest(1, 'whisper', { to: 'x'.repeat(65), note: new Uint8Array(), file: null }),
    encodeRequest(1, 'whisper', { to: 'bob', note: new Uint8Array(16_385), file: null }),
    encodeRequest(-1, 'ping', {}),
    encodeRequest(1, 'ping', { more: 1 } as Record<never, never>),
    encodeRequest(1, 'typing', { to: 'x'.repeat(65) }),
    encodeRequest(1, 'away', {} as { away: boolean }),
  ];
  for (const bytes of cases) t.throws(() => decodeRequest(bytes), { instanceOf: ProtocolError, code: 'message' });
});

test('arbitrary bytes raise no other error', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const parse of [decodeRequest, decodeFromDaemon]) {
        try {
          parse(bytes);
        } catch (error) {
          t.true(error instanceof ProtocolError);
        }
      }
    }),
  );
});

test('names from the daemon must be valid names, harmless to a terminal', (t) => {
  const hash = new Uint8Array(32);
  const hostile = ['\u001b]0;owned\u0007', 'bo\u202eb', 'a\nb', '', '-x', '\u0430lice'];
  for (const name of hostile) {
    const entry = { seq: 1, at: 1, kind: 'note' as const, from: name, bytes: hash, file: null, keys: [] };
    const encoded = [
      encodeEvent('presence', { name, online: true, away: false }),
      encodeEvent('registered', { name, idFp: hash }),
      encodeEvent('typing', { name }),
      encodeEvent('posted', { conversation: hash, with: 'bob', entry }),
      encodeEvent('posted', { conversation: hash, with: name, entry: { ...entry, from: null } }),
      encodeEvent('grant-wanted', { room: hash, epochId: hash, name }),
    ];
    for (const bytes of encoded)
      t.throws(() => decodeFromDaemon(bytes), { instanceOf: ProtocolError, code: 'message' });
    const answer = { id: 1, result: { people: [{ name, idFp: null, online: false, away: false }], next: null } };
    t.throws(() => resultOf('people', answer), { instanceOf: ProtocolError, code: 'message' });
  }
});

test('sentences from the daemon are one printable line', (t) => {
  const hostile = 'no\u001b[2J\nsecurechat: wrong password\u202e';
  const shown = 'no\ufffd[2J securechat: wrong password\ufffd';
  const refused = decodeFromDaemon(encodeRefusal(1, new Refusal('busy', hostile)));
  t.deepEqual(refused, { answer: { id: 1, refusal: { code: 'busy', message: shown } } });
  const closing = decodeFromDaemon(encodeEvent('closing', { reason: 'ended', message: hostile }));
  t.deepEqual(closing, { event: { method: 'closing', params: { reason: 'ended', message: shown } } });
});
