/** Writes test/vectors/messages.json and the examples in docs/PROTOCOL.md from test/fixtures/message-examples.ts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { hex } from '../src/protocol/base/bytes.ts';
import { encodeEvent, encodeRequest, encodeResult } from '../src/protocol/wire/codec.ts';
import type { EventName } from '../src/protocol/wire/events.ts';
import type { RequestName } from '../src/protocol/wire/requests.ts';
import { eventExamples, requestExamples } from '../test/fixtures/message-examples.ts';

const requestNames = Object.keys(requestExamples) as RequestName[];
const eventNames = Object.keys(eventExamples) as EventName[];
const ID = 7;

/** Prints a MessagePack value in the diagnostic notation of RFC 8949, section 8. Long byte strings are shortened. */
function show(value: unknown): string {
  if (value instanceof Uint8Array) {
    const start = hex(value.subarray(0, 4));
    return value.length > 4 ? `h'${start}…' (${value.length})` : `h'${start}'`;
  }
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, field]) => `${key}: ${show(field)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
}

const vectors = [
  ...requestNames.flatMap((name) => [
    { kind: 'request', name, bytes: hex(encodeRequest(ID, name, requestExamples[name].params as never)) },
    { kind: 'result', name, bytes: hex(encodeResult(name, ID, requestExamples[name].result as never)) },
  ]),
  ...eventNames.map((name) => ({
    kind: 'event',
    name,
    bytes: hex(encodeEvent(name, eventExamples[name] as never)),
  })),
];
writeFileSync('test/vectors/messages.json', `${JSON.stringify(vectors, null, 2)}\n`);

const examples = [
  '```',
  ...requestNames.flatMap((name) => [
    `[0, ${ID}, "${name}", ${show(requestExamples[name].params)}]`,
    `  -> [1, ${ID}, nil, ${show(requestExamples[name].result)}]`,
  ]),
  ...eventNames.map((name) => `[2, "${name}", ${show(eventExamples[name])}]`),
  '```',
].join('\n');
const path = 'docs/PROTOCOL.md';
const document = readFileSync(path, 'utf8');
const [before, after] = [document.split('<!-- examples')[0], document.split('<!-- /examples -->')[1]];
writeFileSync(path, `${before}<!-- examples: npm run vectors -->\n${examples}\n<!-- /examples -->${after}`);
