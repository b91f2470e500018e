/**
 * Folder `link`: the encrypted connection: handshake, records and broadcasts over any Duplex stream; it does not know
 * what messages mean.
 *
 * A Link exists after the handshake (link-setup.ts). It carries messages and file segments, closes with authentication,
 * and limits what may wait. Rooms are 32 bytes to it.
 */
import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { ProtocolError } from '../base/errors.ts';
import { type Broadcast, BroadcastPositions, type RoomKey } from './broadcast.ts';
import { type Flusher, sharedFlusher } from './flusher.ts';
import type { LinkKeys } from './handshake.ts';
import { type LinkEnd, LinkInbox } from './link-inbox.ts';
import { LinkReader, type ReadItem, unexpectedRecord } from './link-reader.ts';
import { LinkWriter } from './link-writer.ts';
import { type Peer, PeerConfirmation } from './peer-confirmation.ts';
import { RecordSealer } from './record.ts';
import { LARGE_RECORD, type RecordLimits, recordLimits, SMALL_RECORD } from './record-format.ts';

/** How long close() waits for the other end, ms. */
const CLOSE_TIME = 5_000;

export type LinkParts = {
  linkKeys: LinkKeys;
  /** The client knows its peer from the reply; the daemon learns it from the first record, CONFIRM. */
  side: { client: Peer; confirm: Uint8Array } | { daemon: true };
  clock?: Clock;
  flusher?: Flusher;
  limits?: RecordLimits;
  /** Most bytes queued for a slow peer; above it the link is given up. Unlimited by default. */
  maxQueuedBytes?: number;
};

export class Link {
  /** The channel binding: names this link at both ends, and logins are bound to it. */
  readonly cb: Uint8Array;
  readonly #stream: Duplex;
  readonly #clock: Clock;
  readonly #reader: LinkReader;
  readonly #writer: LinkWriter;
  readonly #inbox: LinkInbox;
  readonly #confirmation: PeerConfirmation;
  #over = false;
  #closing = false;
  /** The unread rest of the last chunk. The stream is paused while the inbox is full. */
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
    this.#confirmation = new PeerConfirmation(client?.client ?? null);
    // The client has checked the daemon's fingerprint, so it accepts large records; the daemon keeps records of
    // strangers small.
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
    if (client) this.#writer.confirm(client.confirm);
    stream.on('data', (chunk: Uint8Array) => this.#receive(chunk));
    stream.on('end', () => this.#finish('lost'));
    stream.on('close', () => this.#finish('lost'));
    stream.on('error', () => this.#finish('lost'));
    if (stream.destroyed || stream.readableEnded) this.#finish('lost');
    else stream.resume();
  }

  /** Resolves when the peer is known; rejects with ProtocolError 'handshake' when the link ends before that. */
  get confirmed(): Promise<void> {
    return this.#confirmation.confirmed;
  }

  get peer(): Peer {
    return this.#confirmation.peer;
  }

  /**
   * Called with each message, in order. A ProtocolError that it throws ends the link and goes to onClose. Messages and
   * the end wait until the handler is set.
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
   * Called once, last. 'closed': the link was closed in order, and everything sent before has arrived. 'lost':
   * unanswered messages may or may not have arrived. ProtocolError: this end gave up the link.
   */
  set onClose(handler: (end: LinkEnd) => void) {
    this.#inbox.onClose = handler;
    this.#inbox.deliverSoon();
  }

  /**
   * Client: called with each message broadcast to a room, in order. Until onConfirmed, anybody with the room's key may
   * have forged, dropped, repeated or moved it. If the confirmation does not come, onClose does.
   */
  set onBroadcast(handler: (room: Uint8Array, message: Uint8Array) => void) {
    this.#inbox.onBroadcast = handler;
  }

  /** Client: called when all broadcasts so far are proven to come from the daemon, without a gap. */
  set onConfirmed(handler: () => void) {
    this.#inbox.onConfirmed = handler;
  }

  /** Queues a message. It leaves with others at the next flush. Does nothing after the end. */
  send(message: Uint8Array): void {
    this.#writer.send(message);
  }

  /** Queues a segment after the messages sent before. Await drained() between segments. */
  sendSegment(transfer: number, index: number, bytes: Uint8Array): void {
    this.#writer.sendSegment(transfer, index, bytes);
  }

  /** Daemon: from now on this link receives the room's broadcasts, under this key. */
  setRoomKey(key: RoomKey): void {
    this.#writer.roomKey(key);
  }

  /** Daemon: this link receives no further broadcasts of the room. */
  dropRoom(room: Uint8Array): void {
    this.#writer.roomEnd(room);
  }

  /** Daemon: sends a broadcast. A link must receive all of its rooms' broadcasts in order, until dropRoom. */
  broadcast(broadcast: Broadcast): void {
    this.#writer.broadcast(broadcast);
  }

  /** Daemon: confirms the broadcasts so far, unless a later record has already done so. */
  mark(): void {
    this.#writer.mark();
  }

  /** Bytes sent and not yet handed to the system. */
  get queuedBytes(): number {
    return this.#writer.queuedBytes;
  }

  /** Resolves when little is queued, and when the link is over. */
  drained(): Promise<void> {
    return this.#writer.drained();
  }

  /** Accepts and sends large records from now on. The daemon calls it before it answers the login. */
  loggedIn(): void {
    this.#reader.maxPlain = LARGE_RECORD;
    this.#writer.maxPlain = LARGE_RECORD;
  }

  /** Stops reading until resume(), so TCP holds the sender back. At most one record waits here. */
  pause(): void {
    this.#inbox.paused = true;
    this.#stream.pause();
  }

  resume(): void {
    this.#inbox.paused = false;
    this.#inbox.deliver();
    this.#flow();
  }

  /** Sends what is queued, then CLOSE, and waits at most 5 s for the other end. */
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

  /** Ends the link at once; the other end sees 'lost'. */
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
    if (!this.#confirmation.isConfirmed) {
      if (item.kind !== 'confirm') throw new ProtocolError('handshake', 'the handshake was not confirmed');
      this.#confirmation.confirm(item.parameters);
    } else if (item.kind === 'confirm') throw unexpectedRecord();
    else if (item.kind === 'close') this.#peerClosed();
    else this.#inbox.put(item);
  }

  /** While this end does not read, a missing confirmation is not the daemon's fault. */
  #late(): void {
    if (this.#stream.isPaused()) this.#reader.keepWaiting();
    else this.#fail(new ProtocolError('link', 'broadcasts of a room were not confirmed in time'));
  }

  #peerClosed(): void {
    this.#over = true;
    this.#reader.stop();
    this.#writer.end();
    this.#stopLater();
    this.#inbox.put({ kind: 'end', end: 'closed' });
    this.#tellOver();
  }

  /** The stream has ended. */
  #finish(end: LinkEnd): void {
    this.#stream.destroy();
    if (this.#over) return;
    this.#over = true;
    this.#inbox.paused = false;
    this.#reader.stop();
    this.#writer.stop();
    this.#confirmation.fail('the connection ended during the handshake');
    this.#inbox.put({ kind: 'end', end: this.#closing ? 'closed' : end });
    this.#tellOver();
  }

  #fail(error: ProtocolError): void {
    if (this.#over) return;
    this.#over = true;
    this.#reader.stop();
    this.#writer.stop();
    this.#stream.destroy();
    this.#confirmation.fail('the handshake was not confirmed');
    this.#inbox.abandon(error);
    this.#tellOver();
  }

  #tellOver(): void {
    this.#reading = null;
    for (const tell of this.#whenOver.splice(0)) tell();
  }

  /** Destroys the stream of a peer that never closes its end. */
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
