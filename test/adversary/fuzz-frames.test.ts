/** Bytes that are not sealed: messages, OPAQUE messages, join links, names and text. Each value has one encoding. */
import test from 'ava';
import { fromUtf8, hex, utf8 } from '../../src/protocol/base/bytes.ts';
import { isName, printable } from '../../src/protocol/base/safe-text.ts';
import { isOpaqueText } from '../../src/protocol/crypto/opaque-messages.ts';
import { joinLink, parseAddress } from '../../src/protocol/link/daemon-identity.ts';
import {
  decodeFromDaemon,
  decodeRequest,
  encodeEvent,
  encodeRequest,
  encodeResult,
  resultOf,
} from '../../src/protocol/wire/codec.ts';
import type { EventName } from '../../src/protocol/wire/events.ts';
import { decodeMessagePack, encodeMessagePack } from '../../src/protocol/wire/message-pack.ts';
import type { RequestName } from '../../src/protocol/wire/requests.ts';
import { eventExamples, requestExamples } from '../fixtures/message-examples.ts';
import { fuzz } from './fuzz.ts';

const names = Object.keys(requestExamples) as RequestName[];
const requests = names.map((name) => encodeRequest(7, name, requestExamples[name].params as never));
const fromDaemon = [
  ...names.map((name, i) => encodeResult(name, i, requestExamples[name].result as never)),
  ...(Object.keys(eventExamples) as EventName[]).map((name) => encodeEvent(name, eventExamples[name] as never)),
];

const again = (bytes: Uint8Array) => hex(encodeMessagePack(decodeMessagePack(bytes, bytes.length)));

test('requests: each has one encoding', async (t) => {
  await fuzz(t, requests, (bytes) => {
    decodeRequest(bytes);
    return again(bytes) !== hex(bytes);
  });
});

test('answers and events: each has one encoding', async (t) => {
  await fuzz(t, fromDaemon, (bytes) => {
    const said = decodeFromDaemon(bytes);
    if ('answer' in said) {
      const method = names[said.answer.id];
      if (method !== undefined && 'result' in said.answer) resultOf(method, said.answer);
    }
    return again(bytes) !== hex(bytes);
  });
});

test('OPAQUE: each message has one text and one size', async (t) => {
  const sizes = {
    registrationRequest: 32,
    registrationResponse: 64,
    record: 192,
    loginRequest: 96,
    loginResponse: 320,
  };
  const kinds = Object.keys(sizes) as (keyof typeof sizes)[];
  const samples = kinds.map((kind) => utf8(Buffer.alloc(sizes[kind], 0xa7).toString('base64url')));
  await fuzz(t, samples, (bytes, i) => {
    const [kind, text] = [kinds[i] ?? 'record', Buffer.from(bytes).toString('latin1')];
    if (!isOpaqueText(kind, text)) return false;
    const meant = Buffer.from(text, 'base64url');
    return meant.length !== sizes[kind] || meant.toString('base64url') !== text;
  });
});

test('join links: a fingerprint is read as it is written, and never dropped', async (t) => {
  const print = new Uint8Array(32).fill(0xa7);
  const samples = ['chat.example.org', '192.0.2.7', '2001:db8::1'].map((host) => utf8(joinLink(host, 65_345, print)));
  await fuzz(t, samples, (bytes) => {
    const text = fromUtf8(bytes);
    const { host, port, fingerprint } = parseAddress(text);
    const digits = /#\s*(\S*)\s*$/.exec(text)?.[1] ?? '';
    const read = fingerprint === null ? '' : hex(fingerprint);
    return digits.toLowerCase() !== read || !text.includes(host) || port < 1 || port > 65_535;
  });
});

test('names and text: accepted ones are safe to show, and stay as they are when shown', async (t) => {
  const words = [
    'alice',
    'Élodie-7',
    'Ирина',
    'دانيال',
    '山田',
    '\u001b[2J\u202e',
    'a\u0301\u0302\u0303\u0304',
    '👩‍👩‍👧 ok',
  ];
  await fuzz(t, words.map(utf8), (bytes) => {
    const text = Buffer.from(bytes).toString('utf8');
    const shown = printable(text, { lines: true });
    const unsafe = [...shown].some((letter) => letter !== '\n' && /\p{Cc}|[\u202a-\u202e]/u.test(letter));
    if (unsafe || printable(shown, { lines: true }) !== shown) return true;
    return isName(text) && (text !== text.normalize('NFKC') || printable(text) !== text || [...text].length > 32);
  });
});
