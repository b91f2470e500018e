/**
 * A client that breaks rules. After the real handshake it sends any bytes: as a message, a record, a segment, or directly
 * to the socket. It is a `Wire`, so `calls`, and with it `register` and `login` of test/helpers/client/client.ts, work too.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';
import { Calls, type MessageLink } from '../../src/client/connection/calls.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { fromHex, Writer } from '../../src/protocol/base/bytes.ts';
import { exactReader } from '../../src/protocol/link/exact-reader.ts';
import {
  type Greeting,
  type LinkKeys,
  startHandshake,
  takeGreeting,
  takeReply,
} from '../../src/protocol/link/handshake.ts';
import { LinkReader, type ReadItem } from '../../src/protocol/link/link-reader.ts';
import { encodeParameters } from '../../src/protocol/link/parameters.ts';
import { RecordSealer } from '../../src/protocol/link/record.ts';
import { LARGE_RECORD, type RecordType, recordLimits, recordType } from '../../src/protocol/link/record-format.ts';
import { MESSAGES_VERSION } from '../../src/protocol/wire/codec.ts';
import type { DaemonProcess } from '../helpers/daemon/daemon.ts';

/** `closed`: the daemon sent CLOSE. `cut`: the connection ended without it. */
export type LinkEnding = 'closed' | 'cut';
type Address = Pick<DaemonProcess, 'port' | 'fingerprint'>;

/** Opens a connection without a handshake. @param from an address of 127.0.0.0/8, which the daemon counts separately */
export async function openSocket(
  t: ExecutionContext,
  at: Pick<DaemonProcess, 'port'>,
  from = '127.0.0.1',
): Promise<Socket> {
  const socket = connect({ port: at.port, host: '127.0.0.1', localAddress: from, noDelay: true });
  socket.on('error', () => {});
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Resolves when either end has closed the connection. Reads and drops all bytes until then. */
export async function untilClosed(socket: Socket): Promise<void> {
  socket.resume();
  if (!socket.destroyed && !socket.readableEnded) await Promise.race([once(socket, 'end'), once(socket, 'close')]);
}

export type HandshakeLies = {
  /** Changes the Hello. */
  hello?: (bytes: Uint8Array) => Uint8Array;
  /** The body of the first record; null sends none, and the daemon goes on waiting for it. */
  confirm?: Uint8Array | null;
  /** The address it connects from. */
  from?: string;
};

/** Opens a link to the daemon. @throws ProtocolError 'handshake' if the daemon ends it before */
export async function hostileClient(
  t: ExecutionContext,
  at: Address,
  lies: HandshakeLies = {},
): Promise<HostileClient> {
  const { hello = (bytes) => bytes } = lies;
  const socket = await openSocket(t, at, lies.from);
  const take = exactReader(socket);
  const greeting: Greeting = await takeGreeting(take);
  const expect = fromHex(at.fingerprint);
  const said = startHandshake({ random: systemRandom, greeting, expect });
  socket.write(hello(said.hello));
  const agreed = said.finish(await takeReply(take));
  const client = new HostileClient(socket, agreed);
  const parameters = { messages: MESSAGES_VERSION, software: 'hostile', time: Date.now() };
  const confirm = lies.confirm === undefined ? encodeParameters(parameters) : lies.confirm;
  if (confirm !== null) client.record(recordType.confirm, confirm);
  return client;
}

export class HostileClient implements MessageLink {
  readonly cb: Uint8Array;
  readonly socket: Socket;
  readonly calls: Calls;
  /** Settles when the link has ended. */
  readonly ended: Promise<LinkEnding>;
  /** The names of the events so far. */
  readonly events: string[] = [];
  onMessage: MessageLink['onMessage'] = () => {};
  onSegment: MessageLink['onSegment'] = () => {};
  onBroadcast: MessageLink['onBroadcast'] = () => {};
  onConfirmed: MessageLink['onConfirmed'] = () => {};
  onClose: MessageLink['onClose'] = () => {};
  readonly #sealer: RecordSealer;
  readonly #reader: LinkReader;
  #said = false;

  constructor(socket: Socket, agreed: LinkKeys) {
    this.cb = agreed.cb;
    this.socket = socket;
    this.#sealer = new RecordSealer(agreed.toDaemon, systemClock);
    const reading = { fromDaemon: true, maxPlain: LARGE_RECORD, limits: recordLimits, clock: systemClock };
    this.#reader = new LinkReader(agreed.toClient, { ...reading, onLate: () => {} });
    this.calls = new Calls(this);
    this.calls.listen((event) => this.events.push(event.method));
    const { promise, resolve } = Promise.withResolvers<LinkEnding>();
    this.ended = promise;
    socket.on('close', () => {
      this.#reader.stop();
      resolve(this.#said ? 'closed' : 'cut');
      this.onClose('lost');
    });
    socket.on('end', () => socket.destroy());
    socket.on('data', (chunk: Uint8Array) => {
      for (const item of this.#reader.read(chunk)) this.#give(item);
    });
    socket.resume();
  }

  /** Sends any request, well-formed or not. @throws as Calls.request */
  get request(): Calls['request'] {
    return (method, params) => this.calls.request(method, params);
  }

  get queuedBytes(): number {
    return this.socket.writableLength;
  }

  /** Sends bytes outside of any record. */
  raw(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Sends a record of any type, sealed as the daemon expects it: only its content breaks rules. */
  record(type: number, ...parts: Uint8Array[]): void {
    for (const piece of this.#sealer.seal(type as RecordType, ...parts)) this.socket.write(piece);
  }

  /** Sends one record with these messages, whatever they are. */
  messages(...messages: Uint8Array[]): void {
    const body = messages.flatMap((message) => [new Writer().u32(message.length).finish(), message]);
    this.record(recordType.messages, ...body);
  }

  send(message: Uint8Array): void {
    this.messages(message);
  }

  sendSegment(transfer: number, index: number, bytes: Uint8Array): void {
    this.record(recordType.segment, new Writer().u32(transfer).u64(index).finish(), bytes);
  }

  /** Stops reading, like a slow client. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  loggedIn(): void {}

  /** Sends CLOSE. */
  async close(): Promise<void> {
    this.record(recordType.close);
    this.socket.end();
    await this.ended;
  }

  destroy(): void {
    this.socket.destroy();
  }

  #give(item: ReadItem): void {
    if (item.kind === 'message') this.onMessage(item.message);
    else if (item.kind === 'broadcast') this.onBroadcast(item.room, item.message);
    else if (item.kind === 'confirmed') this.onConfirmed();
    else if (item.kind === 'segment') this.onSegment(item.transfer, item.index, item.bytes);
    else if (item.kind === 'close') this.#said = true;
  }
}
