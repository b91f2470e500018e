/** Sets up a link over a connected stream: the client's side, the daemon's side, and reading only the greeting. */
import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { type Random, systemRandom } from '../../platform/random.ts';
import { ProtocolError } from '../base/errors.ts';
import type { Rsa } from '../crypto/rsa-pool.ts';
import { MESSAGES_VERSION } from '../wire/codec.ts';
import type { DaemonKeys } from './daemon-identity.ts';
import { exactReader } from './exact-reader.ts';
import type { Flusher } from './flusher.ts';
import {
  answerHello,
  encodeGreeting,
  type Greeting,
  handshakeError,
  startHandshake,
  takeGreeting,
  takeHello,
  takeReply,
} from './handshake.ts';
import { Link } from './link.ts';
import { decodeDaemonParameters, encodeParameters } from './parameters.ts';
import type { RecordLimits } from './record-format.ts';

export { Link };

/** Time limits from the connection to the confirmed link, ms. The client allows for a busy daemon. */
const DAEMON_TIME = 5_000;
const CLIENT_TIME = 15_000;

type LinkOptions = { clock?: Clock; random?: Random; flusher?: Flusher; limits?: RecordLimits };

/**
 * Reads the daemon's greeting at a first contact, then ends the stream. After the person has agreed, call connectLink
 * on a new stream.
 * @throws ProtocolError 'handshake' or 'version'
 */
export async function readGreeting(stream: Duplex, o: { clock?: Clock } = {}): Promise<Greeting> {
  return withTimeLimit(stream, o.clock ?? systemClock, CLIENT_TIME, async () => {
    const greeting = await takeGreeting(exactReader(stream));
    stream.destroy();
    return greeting;
  });
}

/**
 * Opens the client's end of a link to the daemon whose fingerprint is `expect`. On failure the stream is destroyed.
 * @throws ProtocolError 'handshake' or 'version'; DaemonKeyError for another fingerprint
 */
export async function connectLink(
  stream: Duplex,
  o: LinkOptions & { expect: Uint8Array; software: string },
): Promise<Link> {
  const { expect, software, clock = systemClock, random = systemRandom } = o;
  return withTimeLimit(stream, clock, CLIENT_TIME, async () => {
    const take = exactReader(stream);
    const greeting = await takeGreeting(take);
    const { hello, finish } = startHandshake({ random, greeting, expect });
    stream.write(hello);
    const { parameters, ...linkKeys } = finish(await takeReply(take));
    return new Link(stream, {
      ...o,
      linkKeys,
      side: {
        client: { ...decodeDaemonParameters(parameters), signSpki: greeting.sign.spki },
        confirm: encodeParameters({ messages: MESSAGES_VERSION, software, time: clock.now() }),
      },
    });
  });
}

/**
 * Opens the daemon's end. Keeps no state for a client before its CONFIRM. On failure the stream is destroyed without a
 * reason.
 * @throws ProtocolError 'handshake' or Refusal 'busy'
 */
export async function acceptLink(
  stream: Duplex,
  o: LinkOptions & {
    keys: DaemonKeys;
    rejectKey: Uint8Array;
    daemonId: Uint8Array;
    rsa: Rsa;
    software: string;
    maxQueuedBytes: number;
  },
): Promise<Link> {
  const { keys, rejectKey, rsa, software, clock = systemClock } = o;
  return withTimeLimit(stream, clock, DAEMON_TIME, async () => {
    stream.write(encodeGreeting(keys));
    const hello = await takeHello(exactReader(stream));
    const parameters = encodeParameters({ messages: MESSAGES_VERSION, software, time: clock.now() }, o.daemonId);
    const { reply, ...linkKeys } = await answerHello(hello, { rsa, keys, rejectKey, parameters });
    stream.write(reply);
    const link = new Link(stream, { ...o, linkKeys, side: { daemon: true } });
    await link.confirmed;
    return link;
  });
}

/** Runs a handshake with a time limit. Destroys the stream on failure. */
async function withTimeLimit<T>(stream: Duplex, clock: Clock, ms: number, run: () => Promise<T>): Promise<T> {
  let late = false;
  const cancel = clock.after(ms, () => {
    late = true;
    stream.destroy();
  });
  // Ignore errors between two reads; the next read sees the end.
  stream.on('error', () => {});
  try {
    return await run();
  } catch (error) {
    stream.destroy();
    if (late) throw new ProtocolError('handshake', 'the handshake took too long');
    if (error instanceof ProtocolError && error.code === 'layout') throw handshakeError();
    throw error;
  } finally {
    cancel();
  }
}
