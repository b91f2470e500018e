import { readFileSync } from 'node:fs';
import test from 'ava';
import { fromHex, hex } from '../../../src/protocol/base/bytes.ts';
import { decodeFromDaemon, decodeRequest, resultOf } from '../../../src/protocol/wire/codec.ts';
import { events } from '../../../src/protocol/wire/events.ts';
import { type RequestName, requests } from '../../../src/protocol/wire/requests.ts';
import { eventExamples, requestExamples } from '../../fixtures/message-examples.ts';

type Vector = { kind: 'request' | 'result' | 'event'; name: string; bytes: string };
const vectors = JSON.parse(readFileSync(new URL('../../vectors/messages.json', import.meta.url), 'utf8')) as Vector[];
const document = readFileSync(new URL('../../../docs/PROTOCOL.md', import.meta.url), 'utf8');

test('every request, result and event has a vector and an example in the document', (t) => {
  const have = new Set(vectors.map(({ kind, name }) => `${kind} ${name}`));
  for (const name of Object.keys(requests)) {
    t.true(have.has(`request ${name}`) && have.has(`result ${name}`), name);
    t.true(document.includes(`[0, 7, "${name}", {`), name);
  }
  for (const name of Object.keys(events)) {
    t.true(have.has(`event ${name}`), name);
    t.true(document.includes(`[2, "${name}", {`), name);
  }
});

test('every vector decodes to its example', (t) => {
  for (const { kind, name, bytes } of vectors) {
    const frame = fromHex(bytes);
    if (kind === 'request') {
      const { method, params } = decodeRequest(frame);
      t.is(method, name as RequestName);
      t.deepEqual(plain(params), plain(requestExamples[method].params));
      continue;
    }
    const decoded = decodeFromDaemon(frame);
    if ('answer' in decoded) {
      const method = name as RequestName;
      t.deepEqual(plain(resultOf(method, decoded.answer)), plain(requestExamples[method].result));
    } else {
      t.is(decoded.event.method as string, name);
      t.deepEqual(plain(decoded.event.params), plain(eventExamples[decoded.event.method]));
    }
  }
});

/** Turns bytes into hex, so that Buffer and Uint8Array compare by content. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
}
