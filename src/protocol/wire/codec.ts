/**
 * Requests, answers and events as MessagePack-RPC frames inside link records:
 *   request  [0, id, method, params]     client -> daemon
 *   answer   [1, id, refusal | nil, result]   daemon -> client
 *   event    [2, method, params]         daemon -> client
 * What each one holds stands in requests.ts and events.ts. Whoever receives a frame checks its schema first.
 */
import * as v from 'valibot';
import { ProtocolError, Refusal, type RefusalCode, refusalCodes } from '../base/errors.ts';
import { type EventName, type EventParams, events } from './events.ts';
import { sentence, u32 } from './fields.ts';
import { decodeMessagePack, encodeMessagePack } from './message-pack.ts';
import { type RequestName, type RequestParams, type RequestResult, requests } from './requests.ts';

/** The version of this language; both ends state theirs in the handshake. */
export const MESSAGES_VERSION = 1;

export type Request = { [N in RequestName]: { id: number; method: N; params: RequestParams<N> } }[RequestName];
export type Event = { [N in EventName]: { method: N; params: EventParams<N> } }[EventName];
export type Answer = { id: number } & ({ result: unknown } | { refusal: { code: RefusalCode; message: string } });

const REQUEST = 0;
const ANSWER = 1;
const EVENT = 2;
/** Most values in a request: 128 chunks of `epoch-keys` are 650. */
const REQUEST_VALUES = 1024;
/** Most values in what a daemon sends: the conversations that fit a record are 41,000. */
const ANSWER_VALUES = 65_536;
const requestFrame = v.strictTuple([v.literal(REQUEST), u32, v.string(), v.unknown()]);
const answerFrame = v.strictTuple([
  v.literal(ANSWER),
  u32,
  v.nullable(v.strictObject({ code: v.picklist(refusalCodes), message: sentence })),
  v.unknown(),
]);
const eventFrame = v.strictTuple([v.literal(EVENT), v.string(), v.unknown()]);

/** Cheap whatever the bytes are. @throws ProtocolError 'message' when they are not one frame of this language; nothing else. */
export function decodeRequest(bytes: Uint8Array): Request {
  const [, id, method, params] = check(requestFrame, decodeMessagePack(bytes, REQUEST_VALUES));
  if (!Object.hasOwn(requests, method)) throw new ProtocolError('message', 'unknown request');
  return { id, method, params: check(requests[method as RequestName].params, params) } as Request;
}

/** Splits what the client receives. @throws ProtocolError 'message'. */
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

/** The checked result of an answer to `method`. @throws Refusal when it was refused, ProtocolError 'message'. */
export function resultOf<N extends RequestName>(method: N, answer: Answer): RequestResult<N> {
  if ('refusal' in answer) throw new Refusal(answer.refusal.code, answer.refusal.message);
  return check(requests[method].result, answer.result) as RequestResult<N>;
}

export function encodeRequest<N extends RequestName>(id: number, method: N, params: RequestParams<N>): Uint8Array {
  return encodeMessagePack([REQUEST, id, method, wellFormed(params)]);
}

/** `_method` only ties the result to its request's type; it is not sent. */
export function encodeResult<N extends RequestName>(_method: N, id: number, result: RequestResult<N>): Uint8Array {
  return encodeMessagePack([ANSWER, id, null, result]);
}

export function encodeRefusal(id: number, refusal: Refusal): Uint8Array {
  return encodeMessagePack([ANSWER, id, { code: refusal.code, message: refusal.message }, null]);
}

export function encodeEvent<N extends EventName>(method: N, params: EventParams<N>): Uint8Array {
  return encodeMessagePack([EVENT, method, params]);
}

/** Half a surrogate pair in a name that a person typed becomes U+FFFD, which no name contains. */
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
