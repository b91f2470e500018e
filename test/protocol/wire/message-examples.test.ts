import { readFileSync } from 'node:fs';
import test from 'ava';
import { fromHex } from '../../../src/protocol/base/bytes.ts';
import { decodeFromDaemon, decodeRequest, resultOf } from '../../../src/protocol/wire/codec.ts';
import { events } from '../../../src/protocol/wire/events.ts';
import { type RequestName, requests } from '../../../src/protocol/wire/requests.ts';
import { eventExamples, requestExamples } from '../../fixtures/message-examples.ts';
import { jsonOf } from '../../helpers/protocol/json-of.ts';

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
      t.deepEqual(jsonOf(params), jsonOf(requestExamples[method].params));
      continue;
    }
    const decoded = decodeFromDaemon(frame);
    if ('answer' in decoded) {
      const method = name as RequestName;
      t.deepEqual(jsonOf(resultOf(method, decoded.answer)), jsonOf(requestExamples[method].result));
    } else {
      t.is(decoded.event.method as string, name);
      t.deepEqual(jsonOf(decoded.event.params), jsonOf(eventExamples[decoded.event.method]));
    }
  }
});
