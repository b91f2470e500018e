/** How a link comes about over a stream that is connected: the client's way, the daemon's, and a look at a greeting. */
import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { type Random, systemRandom } from '../../platform/random.ts';
import { ProtocolError } from '../base/errors.ts';
import type { KeyPair } from '../crypto/rsa.ts';
import type { Rsa } from '../crypto/rsa-pool.ts';
import { MESSAGES_VERSION } from '../wire/codec.ts';
import type { DaemonKeys } from './daemon-identity.ts';
import type { Flusher } from './flusher.ts';
import {
  answerHello,
  encodeGreeting,
  type Greeting,
  handshakeRefused,
  startHandshake,
  takeGreeting,
  takeHello,
  takeReply,
} from './handshake.ts';
import { Link } from './link.ts';
import { decodeDaemonParameters, encodeParameters } from './parameters.ts';
import type { RecordLimits } from './record-format.ts';
import { takeBytesFrom } from './take-bytes.ts';

export { Link };

/** Milliseconds from the connection to the confirmed link. The client allows for a busy daemon. */
const DAEMON_TIME = 5_000;
const CLIENT_TIME = 15_000;

type LinkOptions = { clock?: Clock; random?: Random; flusher?: Flusher; limits?: RecordLimits };

/**
 * What a daemon says of itself, for a first contact: the stream is ended, the person asked, and connectLink called on a new
 * one. @throws ProtocolError 'handshake' | 'version'.
 */
export async function readGreeting(stream: Duplex, o: { clock?: Clock } = {}): Promise<Greeting> {
  return withTimeLimit(stream, o.clock ?? systemClock, CLIENT_TIME, async () => {
    const greeting = await takeGreeting(takeBytesFrom(stream));
    stream.destroy();
    return greeting;
  });
}

/**
 * The client's end of a link to the daemon with the fingerprint `expect`. `ephemeral` must be used for this call alone.
 * @throws ProtocolError 'handshake', 'version', or DaemonKeyError ('key') for another fingerprint; the stream is destroyed.
 */
export async function connectLink(
  stream: Duplex,
  o: LinkOptions & { rsa: Rsa; ephemeral: KeyPair; expect: Uint8Array; software: string },
): Promise<Link> {
  const { rsa, ephemeral, expect, software, clock = systemClock, random = systemRandom } = o;
  return withTimeLimit(stream, clock, CLIENT_TIME, async () => {
    const take = takeBytesFrom(stream);
    const greeting = await takeGreeting(take);
    const { hello, finish } = await startHandshake({ rsa, random, greeting, expect, ephemeral });
    stream.write(hello);
    const { parameters, ...linkKeys } = await finish(await takeReply(take));
    const { linkSpki, signSpki } = greeting;
    return new Link(stream, {
      ...o,
      linkKeys,
      side: {
        client: { ...decodeDaemonParameters(parameters), linkSpki, signSpki },
        confirm: encodeParameters({ messages: MESSAGES_VERSION, software, time: clock.now() }),
      },
    });
  });
}

/**
 * The daemon's end. Nothing is kept for a client before its CONFIRM has come. @throws ProtocolError 'handshake', or Refusal
 * 'busy'; the stream is destroyed without a word, whatever the reason.
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
  const { keys, rejectKey, rsa, software, clock = systemClock, random = systemRandom } = o;
  return withTimeLimit(stream, clock, DAEMON_TIME, async () => {
    stream.write(encodeGreeting(keys));
    const hello = await takeHello(takeBytesFrom(stream));
    const parameters = encodeParameters({ messages: MESSAGES_VERSION, software, time: clock.now() }, o.daemonId);
    const { reply, ...linkKeys } = await answerHello(hello, { rsa, random, keys, rejectKey, parameters });
    stream.write(reply);
    const link = new Link(stream, { ...o, linkKeys, side: { daemon: true } });
    await link.confirmed;
    return link;
  });
}

/** Runs one handshake under its time limit; on any failure the stream is destroyed. */
async function withTimeLimit<T>(stream: Duplex, clock: Clock, ms: number, run: () => Promise<T>): Promise<T> {
  let late = false;
  const cancel = clock.after(ms, () => {
    late = true;
    stream.destroy();
  });
  // Between two reads nobody else listens; the end is seen at the next read.
  stream.on('error', () => {});
  try {
    return await run();
  } catch (error) {
    stream.destroy();
    if (late) throw new ProtocolError('handshake', 'the handshake took too long');
    if (error instanceof ProtocolError && error.code === 'layout') throw handshakeRefused();
    throw error;
  } finally {
    cancel();
  }
}
