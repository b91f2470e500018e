/**
 * Folder `server`: accepts connections and dispatches requests; it does not know what requests do. This file listens on
 * the port, limits connections in number and time, and shuts down in order.
 */
import { createServer, type Server as TcpServer } from 'node:net';
import { sleep } from '../../platform/clock.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import type { LinkEnd } from '../../protocol/link/link-inbox.ts';
import type { Link } from '../../protocol/link/link-setup.ts';
import { MESSAGES_VERSION } from '../../protocol/wire/codec.ts';
import type { DaemonContext } from '../context.ts';
import { StartError } from '../data/start-error.ts';
import type { LinkShares } from '../limits/descriptors.ts';
import { addressKey, limitValues } from '../limits/limits.ts';
import { logProtocolError } from '../logging/failure-logging.ts';
import { giveUpLogin } from '../login/login-attempt.ts';
import type { RequestTable } from '../requests/index.ts';
import { Session } from '../sessions/session.ts';
import { ConnectionSlots, type Slot } from './connection-slots.ts';
import { type AcceptedLink, LinkAcceptor } from './link-acceptor.ts';
import { RequestQueue } from './request-queue.ts';

const IDLE_CHECK_MS = 15_000;
const LISTEN_BACKLOG = 1_024;
/** The system drops a vanished peer after about this time (TCP keep-alive). */
const KEEP_ALIVE_MS = 60_000;
/** Node counts evicted sockets until the end of the turn. */
const CLOSING_SOCKETS = 1_024;

export class Server {
  readonly #context: DaemonContext;
  readonly #table: RequestTable;
  readonly #tcp: TcpServer;
  readonly #slots: ConnectionSlots;
  readonly #acceptor: LinkAcceptor;
  readonly #queues = new Map<Session, RequestQueue>();
  #closing = false;
  #onEmpty: () => void = () => {};

  /** @param about.software sent to peers in the handshake, such as `securechat-daemon 0.1.0` */
  constructor(context: DaemonContext, table: RequestTable, about: { software: string; shares: LinkShares }) {
    const { software, shares } = about;
    this.#context = context;
    this.#table = table;
    this.#slots = new ConnectionSlots({ shares, clock: context.clock, refused: context.refused });
    this.#acceptor = new LinkAcceptor({
      context,
      slots: this.#slots,
      software,
      onLink: (arrival) => this.#begin(arrival),
    });
    const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    this.#tcp = createServer(options, (socket) => this.#acceptor.accept(socket));
    this.#tcp.maxConnections = shares.halfOpen + shares.beforeLogin + shares.loggedIn + CLOSING_SOCKETS;
    this.#tcp.on('drop', (about) => context.refused.count('limit', addressKey(about?.remoteAddress ?? '')));
  }

  /**
   * @returns the port, which the system chose when `port` is 0.
   * @throws StartError
   */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const refuse = (error: NodeJS.ErrnoException) => reject(explain(error, host, port));
      this.#tcp.once('error', refuse);
      this.#tcp.listen({ host, port, backlog: LISTEN_BACKLOG }, () => {
        this.#tcp.off('error', refuse);
        // The system is out of descriptors or memory: this connection is lost, and the server goes on.
        this.#tcp.on('error', () => this.#context.refused.count('limit', ''));
        this.#checkIdle();
        const address = this.#tcp.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /** Stops accepting, tells every client, and waits at most `limitValues.shutdownMs` for requests in flight. */
  async shutdown(): Promise<void> {
    const { sessions, clock } = this.#context;
    this.#closing = true;
    this.#tcp.close();
    this.#acceptor.close();
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
      if (sessions.size === 0) resolve();
    });
    for (const [session, queue] of this.#queues) {
      // Requests in flight are answered first.
      void queue
        .finish()
        .then(() => session.end('shutdown', 'the server is stopping; the client reconnects by itself'));
    }
    await Promise.race([empty, sleep(clock, limitValues.shutdownMs)]);
    for (const session of sessions.all()) session.cut();
  }

  #begin({ link, slot, id, address, log }: AcceptedLink): void {
    const { clock, sessions } = this.#context;
    const session = new Session({ id, link, address, since: clock.now(), log });
    session.claimSlot = (held) => this.#slots.claim(slot, held);
    sessions.add(session);
    this.#serve(session, link, slot);
    log.debug({ evt: 'link_opened', software: link.peer.software }, 'link opened');
    if (this.#closing) session.end('shutdown', 'the server is stopping');
    if (link.peer.messages !== MESSAGES_VERSION) session.end('version', otherVersion(link.peer.messages));
  }

  #serve(session: Session, link: Link, slot: Slot): void {
    const { clock, files } = this.#context;
    const queue = new RequestQueue(this.#context, session, this.#table);
    this.#queues.set(session, queue);
    session.lastReceivedAt = clock.monotonic();
    // A session that was ended or cut must not keep a room key that is still in use.
    session.onEnd = (reason) => {
      this.#slots.release(slot);
      this.#leaveRooms(session, reason === 'ended' || reason === 'closed');
    };
    const cancelLoginTime = clock.after(limitValues.loginMs, () => {
      if (session.account === null) session.end('login-time', `log in within ${limitValues.loginMs / 1000} s`);
    });
    link.onClose = (end) => {
      cancelLoginTime();
      this.#slots.release(slot);
      this.#left(session, end);
    };
    link.onSegment = (transfer, index, bytes) => {
      session.lastReceivedAt = clock.monotonic();
      if (session.account === null) {
        logProtocolError(this.#context, session, new ProtocolError('link', 'a file segment was sent before login'));
        session.cut();
      } else queue.takeSegment(bytes.length, () => files.onSegment(session, transfer, index, bytes));
    };
    link.onMessage = (message) => {
      session.lastReceivedAt = clock.monotonic();
      queue.take(message);
    };
  }

  #left(session: Session, end: LinkEnd): void {
    const { sessions, feed, files } = this.#context;
    session.ended = true;
    sessions.remove(session);
    this.#queues.delete(session);
    giveUpLogin(this.#context, session);
    if (session.account !== null) {
      this.#leaveRooms(session, end instanceof ProtocolError);
      feed.leave(session);
      files.sessionEnded(session).catch((err) => session.log.error({ evt: 'sys_crash', err }, 'a bug after a session'));
    }
    if (end instanceof ProtocolError) logProtocolError(this.#context, session, end);
    const reason = end instanceof ProtocolError ? end.code : end;
    if (session.account === null) session.log.debug({ evt: 'link_closed', reason }, 'left');
    else session.log.info({ evt: 'session_ended', reason }, 'left');
    if (sessions.size === 0) this.#onEmpty();
  }

  #leaveRooms(session: Session, atOnce: boolean): void {
    if (session.account !== null) this.#context.broadcasts?.leave(session, atOnce);
  }

  #checkIdle(): void {
    const { clock, sessions } = this.#context;
    clock.after(IDLE_CHECK_MS, () => {
      if (this.#closing) return;
      const now = clock.monotonic();
      for (const session of sessions.all()) {
        if (now - session.lastReceivedAt > limitValues.idleMs)
          session.end('idle', 'this client sent nothing for a while');
      }
      this.#checkIdle();
    });
  }
}

function otherVersion(theirs: number): string {
  const newer = theirs > MESSAGES_VERSION ? 'securechat' : 'server';
  return `securechat and the server use different protocol versions (${theirs} and ${MESSAGES_VERSION}); the ${newer} is newer, so update the other`;
}

function explain({ code, message }: NodeJS.ErrnoException, host: string, port: number): StartError {
  switch (code) {
    case 'EADDRINUSE':
      return new StartError(`port ${port} on ${host} is in use by another program; choose another --port`);
    case 'EACCES':
      return new StartError(`this program may not use port ${port}; choose 1024 or higher, or 0 for a free port`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(`${host} is not an address of this machine; choose another --host`);
    default:
      return new StartError(`cannot listen on ${host}, port ${port}: ${message}`);
  }
}
