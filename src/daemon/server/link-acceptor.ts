/** Turns a new connection into a link: connection limits, the handshake, and the log when it fails. */
import type { Socket } from 'node:net';
import { sleep } from '../../platform/clock.ts';
import { ProtocolError, Refusal } from '../../protocol/base/errors.ts';
import { acceptLink, type Link } from '../../protocol/link/link-setup.ts';
import type { DaemonContext } from '../context.ts';
import { addressKey, limitValues } from '../limits/limits.ts';
import { connectionLog } from '../logging/log.ts';
import type { ConnectionSlots, Slot } from './connection-slots.ts';

export type AcceptedLink = { link: Link; slot: Slot; id: number; address: string; log: DaemonContext['log'] };

export class LinkAcceptor {
  readonly #context: DaemonContext;
  readonly #slots: ConnectionSlots;
  readonly #software: string;
  readonly #onLink: (arrival: AcceptedLink) => void;
  #closed = false;

  /** @param parts.software sent to peers, such as `securechat-daemon 0.1.0` */
  constructor(parts: {
    context: DaemonContext;
    slots: ConnectionSlots;
    software: string;
    onLink: (arrival: AcceptedLink) => void;
  }) {
    this.#context = parts.context;
    this.#slots = parts.slots;
    this.#software = parts.software;
    this.#onLink = parts.onLink;
  }

  /** Accepts a new connection. Never throws. */
  accept(socket: Socket): void {
    const { limits, refused } = this.#context;
    const address = socket.remoteAddress ?? '';
    socket.on('error', () => socket.destroy());
    if (this.#closed || address === '') {
      socket.destroy();
      return;
    }
    const key = addressKey(address);
    const wait = limits.connections.reserve(key, limitValues.connectionWaitMs);
    if (wait === null) {
      refused.count('rate', key);
      socket.destroy();
      return;
    }
    const slot = { address: key, socket, evicted: false, hadSession: false };
    socket.once('close', () => this.#slots.leave(slot));
    this.#slots.enter(slot);
    void this.#shakeHands(socket, slot, { address, wait });
  }

  /** Closes the half-open connections and refuses new ones. */
  close(): void {
    this.#closed = true;
    for (const { socket } of this.#slots.halfOpen()) socket.destroy();
  }

  async #shakeHands(socket: Socket, slot: Slot, { address, wait }: { address: string; wait: number }): Promise<void> {
    const { identity, rsa, clock, random, sessions, limits } = this.#context;
    const id = sessions.nextId();
    const log = connectionLog(this.#context.log, { conn: id, address });
    try {
      await sleep(clock, wait);
      const link = await acceptLink(socket, {
        keys: identity.keys,
        rejectKey: identity.rejectKey,
        daemonId: identity.daemonId,
        rsa: rsa.for(limits.budgetOf(null, address)),
        software: this.#software,
        clock,
        random,
        maxQueuedBytes: limitValues.maxQueuedBytes,
      });
      this.#slots.opened(slot);
      this.#onLink({ link, slot, id, address, log });
    } catch (error) {
      this.#failed(error, { socket, slot, log });
    }
  }

  #failed(error: unknown, { socket, slot, log }: { socket: Socket; slot: Slot; log: DaemonContext['log'] }): void {
    const { refused } = this.#context;
    const hadGone = socket.destroyed;
    socket.destroy();
    if (this.#closed || slot.evicted) return;
    if (socket.bytesRead === 0 && (socket.readableEnded || socket.errored !== null)) {
      // A client that does not know this daemon yet: it asks the person first, then connects again.
      log.debug({ evt: 'greeting_read' }, 'left after the greeting');
    } else if (error instanceof ProtocolError) {
      refused.count('handshake', slot.address);
      log.debug({ evt: 'handshake_fail', code: error.code, reason: error.message }, 'the handshake failed');
    } else if (error instanceof Refusal) {
      refused.count('limit', slot.address);
    } else if (!hadGone && !isSocketError(error) && refused.count('failed', slot.address)) {
      log.warn({ evt: 'sys_crash', err: error }, 'the daemon failed in a handshake: this link is closed');
    }
  }
}

/** Whether the error only means that the peer went away. */
function isSocketError(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code !== undefined && /^(E[A-Z]+|ERR_STREAM_[A-Z_]+|ERR_SOCKET_[A-Z_]+)$/.test(code);
}
