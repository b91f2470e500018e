/** The port: accepts connections, keeps their number and their time in bounds, and closes in order. */
import { createServer, type Socket, type Server as TcpServer } from 'node:net';
import { ProtocolError, Refusal } from '../protocol/errors.ts';
import { acceptLink, type Link } from '../protocol/link.ts';
import type { LinkEnd } from '../protocol/link-inbox.ts';
import { MESSAGES_VERSION } from '../protocol/messages.ts';
import { sleep } from '../protocol/seams.ts';
import type { Context } from './context.ts';
import { addressKey, figures } from './limits.ts';
import { connectionLog } from './log.ts';
import { giveUpLogin } from './login.ts';
import { RequestQueue } from './request-queue.ts';
import type { Table } from './requests/index.ts';
import { Session } from './session.ts';
import { StartError } from './start-error.ts';

const IDLE_CHECK_MS = 15_000;
const LISTEN_BACKLOG = 1_024;
/** The system drops a peer that vanished without a word after about this. */
const KEEP_ALIVE_MS = 60_000;

export class Server {
  readonly #context: Context;
  readonly #table: Table;
  readonly #software: string;
  readonly #tcp: TcpServer;
  /** Connections before the end of their handshake, by the key of their address. */
  readonly #halfOpen = new Map<Socket, string>();
  readonly #queues = new Map<Session, RequestQueue>();
  #closing = false;
  #onEmpty: () => void = () => {};

  /** @param software what peers are told in the handshake, as `securechat-daemon 0.1.0`. */
  constructor(context: Context, table: Table, software: string) {
    this.#context = context;
    this.#table = table;
    this.#software = software;
    this.#tcp = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS }, (socket) =>
      this.#connected(socket),
    );
  }

  /** @returns the port, which the system chose when 0 was asked for. @throws StartError. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const refuse = (error: NodeJS.ErrnoException) => reject(explain(error, host, port));
      this.#tcp.once('error', refuse);
      this.#tcp.listen({ host, port, backlog: LISTEN_BACKLOG }, () => {
        this.#tcp.off('error', refuse);
        this.#tcp.on('error', (err) =>
          this.#context.log.error({ evt: 'listen_fail', err }, 'cannot accept a connection'),
        );
        this.#checkIdle();
        const address = this.#tcp.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /** Stops accepting, tells every client, and waits until what is under way is answered: `figures.shutdownMs` at most. */
  async shutdown(): Promise<void> {
    const { sessions, clock } = this.#context;
    this.#closing = true;
    this.#tcp.close();
    for (const socket of this.#halfOpen.keys()) socket.destroy();
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
      if (sessions.size === 0) resolve();
    });
    for (const [session, queue] of this.#queues) {
      // What was taken is answered first; nothing new is.
      void queue.finish().then(() => session.end('shutdown', 'the server stops; the connection comes back by itself'));
    }
    await Promise.race([empty, sleep(clock, figures.shutdownMs)]);
    for (const session of sessions.all()) session.cut();
  }

  #connected(socket: Socket): void {
    const { limits, log } = this.#context;
    const address = socket.remoteAddress ?? '';
    const key = addressKey(address);
    socket.on('error', () => socket.destroy());
    if (this.#closing || address === '') {
      socket.destroy();
      return;
    }
    const sameAddress = [...this.#halfOpen.values()].filter((other) => other === key).length;
    if (
      this.#halfOpen.size >= figures.halfOpen ||
      sameAddress >= figures.halfOpenPerAddress ||
      !limits.connections.take(key)
    ) {
      log.debug({ evt: 'excess_rate_limit_exceeded', address }, 'too many connections');
      socket.destroy();
      return;
    }
    this.#halfOpen.set(socket, key);
    const conn = this.#context.sessions.nextId();
    const child = connectionLog(log, { conn, address });
    void this.#shakeHands(socket, conn, child, address).finally(() => this.#halfOpen.delete(socket));
  }

  async #shakeHands(socket: Socket, id: number, log: Context['log'], address: string): Promise<void> {
    const { identity, rsa, clock, random, sessions } = this.#context;
    try {
      const link = await acceptLink(socket, {
        keys: identity.keys,
        rejectKey: identity.rejectKey,
        daemonId: identity.daemonId,
        rsa,
        software: this.#software,
        clock,
        random,
        maxQueuedBytes: figures.maxQueuedBytes,
      });
      const session = new Session({ id, link, address, since: clock.now(), log });
      sessions.add(session);
      this.#serve(session, link);
      log.debug({ evt: 'link_opened', software: link.peer.software }, 'link opened');
      if (this.#closing) session.end('shutdown', 'the server stops');
      if (link.peer.messages !== MESSAGES_VERSION) session.end('version', otherVersion(link.peer.messages));
    } catch (error) {
      socket.destroy();
      if (socket.bytesRead === 0 && (socket.readableEnded || socket.errored !== null)) {
        // A client that knows no key here yet: it asks the person first, and comes back.
        log.debug({ evt: 'greeting_read' }, 'left after the greeting');
      } else if (error instanceof ProtocolError) {
        log.info({ evt: 'handshake_fail', code: error.code, reason: error.message }, 'the handshake failed');
      } else if (error instanceof Refusal) {
        log.warn({ evt: 'handshake_busy', code: error.code }, 'too many handshakes at once');
      } else if (!isSocketError(error)) {
        log.error({ evt: 'sys_crash', err: error }, 'a bug in the handshake: this link is closed');
      }
    }
  }

  #serve(session: Session, link: Link): void {
    const { clock, files } = this.#context;
    const queue = new RequestQueue(this.#context, session, this.#table);
    this.#queues.set(session, queue);
    session.heard = clock.monotonic();
    // Who was logged out, or cut for breaking rules, is to know no key that still seals.
    session.onEnd = (reason) => this.#leaveRooms(session, reason === 'ended');
    const cancelLoginTime = clock.after(figures.loginMs, () => {
      if (session.account === null) session.end('login-time', `log in within ${figures.loginMs / 1000} s`);
    });
    link.onClose = (end) => {
      cancelLoginTime();
      this.#left(session, end);
    };
    link.onSegment = (transfer, index, bytes) => {
      session.heard = clock.monotonic();
      if (session.account === null) session.cut();
      else if (!session.ended) files.onSegment(session, transfer, index, bytes);
    };
    link.onMessage = (message) => {
      session.heard = clock.monotonic();
      queue.take(message);
    };
  }

  #left(session: Session, end: LinkEnd): void {
    const { sessions, chat, files } = this.#context;
    session.ended = true;
    sessions.remove(session);
    this.#queues.delete(session);
    giveUpLogin(session);
    if (session.account !== null) {
      this.#leaveRooms(session, end instanceof ProtocolError);
      chat.leave(session);
      files.sessionEnded(session).catch((err) => session.log.error({ evt: 'sys_crash', err }, 'a bug after a session'));
    }
    if (end instanceof ProtocolError) {
      session.log.warn({ evt: 'input_validation_fail', code: end.code, reason: end.message }, 'the link was cut');
    }
    const reason = end instanceof ProtocolError ? end.code : end;
    session.log.info({ evt: session.account === null ? 'link_closed' : 'session_ended', reason }, 'left');
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
        if (now - session.heard > figures.idleMs) session.end('idle', 'nothing was heard from here for a while');
      }
      this.#checkIdle();
    });
  }
}

function otherVersion(theirs: number): string {
  const newer = theirs > MESSAGES_VERSION ? 'securechat' : 'server';
  return `securechat and the server speak different versions (${theirs} and ${MESSAGES_VERSION}), the ${newer} the newer one: update the other`;
}

function explain({ code, message }: NodeJS.ErrnoException, host: string, port: number): StartError {
  switch (code) {
    case 'EADDRINUSE':
      return new StartError(`port ${port} on ${host} is in use by another program; choose another --port`);
    case 'EACCES':
      return new StartError(`port ${port} is not for every program; choose one from 1024 on, or 0 for a free one`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(`${host} is no address of this machine; choose another --host`);
    default:
      return new StartError(`cannot listen on ${host}, port ${port}: ${message}`);
  }
}

/** What a peer that goes away does to a socket. */
function isSocketError(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code !== undefined && /^(E[A-Z]+|ERR_STREAM_[A-Z_]+|ERR_SOCKET_[A-Z_]+)$/.test(code);
}
