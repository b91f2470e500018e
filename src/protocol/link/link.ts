/**
 * A link between a client and its daemon, once the handshake is done (link.ts): typed messages and file segments over any
 * Duplex, with authenticated close and a limit on what may wait. It knows bytes, not what they say, and rooms as 32 bytes each.
 */
import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { ProtocolError } from '../base/errors.ts';
import { type Broadcast, BroadcastPositions, type RoomKey } from './broadcast.ts';
import { type Flusher, sharedFlusher } from './flusher.ts';
import type { LinkKeys } from './handshake.ts';
import { type LinkEnd, LinkInbox } from './link-inbox.ts';
import { LinkReader, outOfPlace, type ReadItem } from './link-reader.ts';
import { LinkWriter } from './link-writer.ts';
import { decodeClientParameters, type Parameters } from './parameters.ts';
import { RecordSealer } from './record.ts';
import { LARGE_RECORD, type RecordLimits, recordLimits, SMALL_RECORD } from './record-format.ts';

/** How long close() waits for the other end, in milliseconds. */
const CLOSE_TIME = 5_000;

export type Peer = Parameters & {
  /** The daemon's, as the client knows them; null at the daemon. */
  daemonId: Uint8Array | null;
  linkSpki: Uint8Array | null;
  signSpki: Uint8Array | null;
};

export type LinkParts = {
  linkKeys: LinkKeys;
  /** The client knows its peer from the Reply; the daemon gets to know it by the first record, CONFIRM. */
  side: { client: Peer; confirm: Uint8Array } | { daemon: true };
  clock?: Clock;
  flusher?: Flusher;
  limits?: RecordLimits;
  /** Bytes that may wait for a slow peer; above it the link is given up. No limit unless told. */
  maxQueuedBytes?: number;
};

export class Link {
  /** Names this very link on both ends; logins are bound to it. */
  readonly cb: Uint8Array;
  /** Settles when the peer is known: at once for a client, at its CONFIRM for a daemon. Rejects with 'handshake'. */
  readonly confirmed: Promise<void>;
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #reader: LinkReader;
  readonly #writer: LinkWriter;
  readonly #inbox: LinkInbox;
  #peer: Peer | null;
  #settle: { resolve(): void; reject(error: ProtocolError): void };
  #over = false;
  #closing = false;
  /** What is left of the last chunk; the stream is paused while the inbox does not take it. */
  #reading: Generator<ReadItem> | null = null;
  #atWork = false;
  #whenOver: (() => void)[] = [];

  constructor(stream: Duplex, o: LinkParts) {
    const client = 'client' in o.side ? o.side : null;
    const { cb, toClient, toDaemon } = o.linkKeys;
    const limits = o.limits ?? recordLimits;
    this.cb = cb;
    this.#stream = stream;
    this.#clock = o.clock ?? systemClock;
    this.#peer = client?.client ?? null;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.confirmed = promise;
    // Its failure is the link's end, too: nobody has to listen to both.
    promise.catch(() => {});
    this.#settle = { resolve, reject };
    // The daemon is proven by its fingerprint before it sends a record; a stranger to the daemon is kept small.
    const [maxPlain, from, to] = client ? [LARGE_RECORD, toClient, toDaemon] : [SMALL_RECORD, toDaemon, toClient];
    const onLate = () => this.#late();
    this.#reader = new LinkReader(from, { fromDaemon: client !== null, maxPlain, limits, clock: this.#clock, onLate });
    const positions = client ? null : new BroadcastPositions();
    this.#writer = new LinkWriter(stream, new RecordSealer(to, this.#clock, limits, positions), {
      positions: positions ?? new BroadcastPositions(),
      flusher: o.flusher ?? sharedFlusher,
      maxPlain: SMALL_RECORD,
      maxQueued: o.maxQueuedBytes ?? Number.POSITIVE_INFINITY,
      onFull: () => this.#fail(new ProtocolError('link', 'send queue is full')),
    });
    this.#inbox = new LinkInbox({
      onHolding: () => this.#flow(),
      onError: (error) => this.#fail(error),
    });
    if (client) {
      this.#writer.confirm(client.confirm);
      resolve();
    }
    stream.on('data', (chunk: Uint8Array) => this.#receive(chunk));
    stream.on('end', () => this.#finish('lost'));
    stream.on('close', () => this.#finish('lost'));
    stream.on('error', () => this.#finish('lost'));
    if (stream.destroyed || stream.readableEnded) this.#finish('lost');
    else stream.resume();
  }

  get peer(): Peer {
    if (this.#peer === null) throw new Error('the peer is not known before its CONFIRM');
    return this.#peer;
  }

  /**
   * Called with each message, in order. A ProtocolError that it throws ends the link, and onClose gets it. What comes before
   * this handler is set is held, and so is the end.
   */
  set onMessage(handler: (message: Uint8Array) => void) {
    this.#inbox.onMessage = handler;
    this.#inbox.deliverSoon();
  }

  set onSegment(handler: (transfer: number, index: number, bytes: Uint8Array) => void) {
    this.#inbox.onSegment = handler;
    this.#inbox.deliverSoon();
  }

  /**
   * Called once, last. 'closed': one end said so, and everything that it sent before has come. 'lost': what was not answered
   * may or may not have arrived. ProtocolError: this end gave the link up.
   */
  set onClose(handler: (end: LinkEnd) => void) {
    this.#inbox.onClose = handler;
    this.#inbox.deliverSoon();
  }

  /**
   * Called at the client with each message that went to all of a room, in order. Anybody who has the room's key may have made,
   * dropped, repeated or moved it, until onConfirmed; when that never comes, onClose does.
   */
  set onBroadcast(handler: (room: Uint8Array, message: Uint8Array) => void) {
    this.#inbox.onBroadcast = handler;
  }

  /** Called when all broadcasts so far are proven to be what the daemon sent, without a gap. */
  set onConfirmed(handler: () => void) {
    this.#inbox.onConfirmed = handler;
  }

  /** Queues one message; it leaves with its neighbours at the next flush. Nothing happens after the end. */
  send(message: Uint8Array): void {
    this.#writer.send(message);
  }

  /** Queues one segment, behind the messages sent before. Await drained() between segments. */
  sendSegment(transfer: number, index: number, bytes: Uint8Array): void {
    this.#writer.sendSegment(transfer, index, bytes);
  }

  /** Daemon: from here on this link gets the room's broadcasts, under this key. */
  setRoomKey(key: RoomKey): void {
    this.#writer.roomKey(key);
  }

  /** Daemon: no more broadcasts of this room. */
  dropRoom(room: Uint8Array): void {
    this.#writer.roomEnd(room);
  }

  /** Daemon: sends what was sealed for all links of a room. Each must get every one, in order, up to its end. */
  broadcast(broadcast: Broadcast): void {
    this.#writer.broadcast(broadcast);
  }

  /** Daemon: lets the client know now that the broadcasts so far were the daemon's, unless it does already. */
  mark(): void {
    this.#writer.mark();
  }

  /** Bytes sent that have not yet been handed to the system. */
  get queuedBytes(): number {
    return this.#writer.queuedBytes;
  }

  /** Resolves when little waits, and when the link is over. */
  drained(): Promise<void> {
    return this.#writer.drained();
  }

  /** Takes and sends large records from now on. The daemon calls it before it answers the login. */
  loggedIn(): void {
    this.#reader.maxPlain = LARGE_RECORD;
    this.#writer.maxPlain = LARGE_RECORD;
  }

  /** Reads nothing more, and so holds the sender back, until resume(). At most one record waits here meanwhile. */
  pause(): void {
    this.#inbox.paused = true;
    this.#stream.pause();
  }

  resume(): void {
    this.#inbox.paused = false;
    this.#inbox.deliver();
    this.#flow();
  }

  /** Sends what was sent, says that this is the end, and waits for the other end to hear it, 5 s at most. */
  close(): Promise<void> {
    if (this.#over) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenOver.push(resolve);
      if (this.#closing) return;
      this.#closing = true;
      this.#inbox.paused = false;
      this.#reader.stop();
      this.#writer.end();
      this.#stream.resume();
      this.#stopLater();
    });
  }

  /** Ends the link at once; the other end sees it as lost. */
  destroy(): void {
    this.#stream.destroy();
    this.#finish('lost');
  }

  #receive(chunk: Uint8Array): void {
    if (this.#over || this.#closing) return;
    this.#reading = this.#reader.read(chunk);
    this.#read();
  }

  /** Takes items from the chunk until the inbox is full. */
  #read(): void {
    if (this.#atWork) return;
    this.#atWork = true;
    try {
      while (this.#reading !== null && !this.#inbox.full && !this.#over && !this.#closing) {
        const { value, done } = this.#reading.next();
        if (done) this.#reading = null;
        else this.#take(value);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#fail(error.code === 'layout' ? new ProtocolError('link', 'a record of the link is malformed') : error);
    } finally {
      this.#atWork = false;
    }
  }

  #take(item: ReadItem): void {
    if (this.#peer === null) {
      if (item.kind !== 'confirm') throw new ProtocolError('handshake', 'the handshake was not confirmed');
      const parameters = decodeClientParameters(item.parameters);
      this.#peer = { ...parameters, daemonId: null, linkSpki: null, signSpki: null };
      this.#settle.resolve();
    } else if (item.kind === 'confirm') throw outOfPlace();
    else if (item.kind === 'close') this.#peerClosed();
    else this.#inbox.put(item);
  }

  /** While this end does not read, the other is not late. */
  #late(): void {
    if (this.#stream.isPaused()) this.#reader.keepWaiting();
    else this.#fail(new ProtocolError('link', 'what came for all of a room was not confirmed in time'));
  }

  #peerClosed(): void {
    this.#over = true;
    this.#reader.stop();
    this.#writer.end();
    this.#stopLater();
    this.#inbox.put({ kind: 'end', end: 'closed' });
    this.#tellOver();
  }

  /** The stream ended, for better or worse. */
  #finish(end: LinkEnd): void {
    this.#stream.destroy();
    if (this.#over) return;
    this.#over = true;
    this.#inbox.paused = false;
    this.#reader.stop();
    this.#writer.stop();
    this.#settle.reject(new ProtocolError('handshake', 'the connection ended during the handshake'));
    this.#inbox.put({ kind: 'end', end: this.#closing ? 'closed' : end });
    this.#tellOver();
  }

  #fail(error: ProtocolError): void {
    if (this.#over) return;
    this.#over = true;
    this.#reader.stop();
    this.#writer.stop();
    this.#stream.destroy();
    this.#settle.reject(new ProtocolError('handshake', 'the handshake was not confirmed'));
    this.#inbox.abandon(error);
    this.#tellOver();
  }

  #tellOver(): void {
    this.#reading = null;
    for (const tell of this.#whenOver.splice(0)) tell();
  }

  /** A peer that never closes its end does not keep ours. */
  #stopLater(): void {
    const cancel = this.#clock.after(CLOSE_TIME, () => this.#stream.destroy());
    this.#stream.once('close', cancel);
  }

  #flow(): void {
    if (this.#over || this.#closing) return;
    this.#read();
    if (this.#over || this.#closing) return;
    if (this.#inbox.full) this.#stream.pause();
    else this.#stream.resume();
  }
}
