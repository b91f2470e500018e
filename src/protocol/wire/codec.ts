/**
 * Encodes and decodes requests, answers and events as MessagePack-RPC frames inside link records:
 *   request  [0, id, method, params]     client -> daemon
 *   answer   [1, id, refusal | nil, result]   daemon -> client
 *   event    [2, method, params]         daemon -> client
 * requests.ts and events.ts have their schemas. The receiver checks a frame against its schema first.
 */
import * as v from 'valibot';
import { ProtocolError, Refusal, type RefusalCode, refusalCodes } from '../base/errors.ts';
import { type EventName, type EventParams, events } from './events.ts';
import { sentence, u32 } from './fields.ts';
import { decodeMessagePack, encodeMessagePack } from './message-pack.ts';
import { type RequestName, type RequestParams, type RequestResult, requests } from './requests.ts';

/** The version of the requests and events. Both ends send theirs in the handshake. */
export const MESSAGES_VERSION = 2;

export type Request = { [N in RequestName]: { id: number; method: N; params: RequestParams<N> } }[RequestName];
export type Event = { [N in EventName]: { method: N; params: EventParams<N> } }[EventName];
export type Answer = { id: number } & ({ result: unknown } | { refusal: { code: RefusalCode; message: string } });

const REQUEST = 0;
const ANSWER = 1;
const EVENT = 2;
/** Most values in a request: `epoch-keys` with 128 chunks has 650. */
const REQUEST_VALUES = 1024;
/** Most values in a frame of the daemon: a record full of conversations has 41,000. */
const ANSWER_VALUES = 65_536;
const requestFrame = v.strictTuple([v.literal(REQUEST), u32, v.string(), v.unknown()]);
const answerFrame = v.strictTuple([
  v.literal(ANSWER),
  u32,
  v.nullable(v.strictObject({ code: v.picklist(refusalCodes), message: sentence })),
  v.unknown(),
]);
const eventFrame = v.strictTuple([v.literal(EVENT), v.string(), v.unknown()]);

/**
 * Decodes a request; cheap for any input.
 * @throws ProtocolError 'message' when the bytes are not one valid frame, and nothing else
 */
export function decodeRequest(bytes: Uint8Array): Request {
  const [, id, method, params] = check(requestFrame, decodeMessagePack(bytes, REQUEST_VALUES));
  if (!Object.hasOwn(requests, method)) throw new ProtocolError('message', 'unknown request');
  return { id, method, params: check(requests[method as RequestName].params, params) } as Request;
}

/** Decodes an answer or an event. @throws ProtocolError 'message' */
export function decodeFromDaemon(bytes: Uint8Array): { answer: Answer } | { event: Event } {
  const frame = decodeMessagePack(bytes, ANSWER_VALUES);
  if (Array.isArray(frame) && frame[0] === EVENT) {
    const [, method, params] = check(eventFrame, frame);
    if (!Object.hasOwn(events, method)) throw new ProtocolError('message', 'unknown event');
    return { event: { method, params: check(events[method as EventName], params) } as Event };
  }
  const [, id, refusal, result] = check(answerFrame, frame);
  return { answer: refusal === null ? { id, result } : { id, refusal } };
}

/** The checked result of an answer to `method`. @throws Refusal when the daemon refused, ProtocolError 'message' */
export function resultOf<N extends RequestName>(method: N, answer: Answer): RequestResult<N> {
  if ('refusal' in answer) throw new Refusal(answer.refusal.code, answer.refusal.message);
  return check(requests[method].result, answer.result) as RequestResult<N>;
}

export function encodeRequest<N extends RequestName>(id: number, method: N, params: RequestParams<N>): Uint8Array {
  return encodeMessagePack([REQUEST, id, method, wellFormed(params)]);
}

/** @param _method only ties the result's type to its request; it is not sent */
export function encodeResult<N extends RequestName>(_method: N, id: number, result: RequestResult<N>): Uint8Array {
  return encodeMessagePack([ANSWER, id, null, result]);
}

export function encodeRefusal(id: number, refusal: Refusal): Uint8Array {
  return encodeMessagePack([ANSWER, id, { code: refusal.code, message: refusal.message }, null]);
}

export function encodeEvent<N extends EventName>(method: N, params: EventParams<N>): Uint8Array {
  return encodeMessagePack([EVENT, method, params]);
}

/** Replaces lone surrogates in typed text by U+FFFD, which no name contains. */
function wellFormed<P extends object>(params: P): P {
  const broken = Object.entries(params).filter(([, value]) => typeof value === 'string' && !value.isWellFormed());
  if (broken.length === 0) return params;
  return { ...params, ...Object.fromEntries(broken.map(([key, value]) => [key, value.toWellFormed()])) };
}

function check<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (!result.success) throw new ProtocolError('message', 'does not match its schema');
  return result.output;
}
