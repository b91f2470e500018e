/**
 * Folder `sessions`: connected clients, their presence and the events they receive; it handles no requests and opens no
 * sockets. A session is one client on one link, from the handshake to its end.
 */
import type { Logger } from 'pino';
import { encodeEvent } from '../../protocol/wire/codec.ts';
import type { EventParams } from '../../protocol/wire/events.ts';
import type { Account } from '../accounts/users-file.ts';
import type { BroadcastLink } from './broadcast-channel.ts';

/**
 * The rights of a session: `anonymous` before login; `must-renew` for a legacy account without keys; `needs-vault`
 * until the account's vault is stored; `by-key` after a login with ticket and signature; `by-export` after one with the
 * ticket of an export, which may also replace the password; `by-password` after a login by password.
 */
export type SessionState = 'anonymous' | 'must-renew' | 'needs-vault' | 'by-key' | 'by-export' | 'by-password';

/** State that an unfinished registration, login or change of password keeps between its requests. */
export type LoginAttempt =
  | { kind: 'register'; name: string; invite: string | null }
  | { kind: 'login'; name: string; account: Account | null; state: string }
  | { kind: 'proved'; account: Account; sessionKey: Uint8Array }
  | { kind: 'record' };

/** The part of a Link that a session uses. */
export interface SessionLink extends BroadcastLink {
  /** The channel binding: the hash of the handshake's transcript, the same at both ends and at no man in the middle. */
  readonly cb: Uint8Array;
  readonly queuedBytes: number;
  send(message: Uint8Array): void;
  sendSegment(transfer: number, index: number, bytes: Uint8Array): void;
  drained(): Promise<void>;
  /** Stops reading until resume(). TCP then holds the peer back. */
  pause(): void;
  resume(): void;
  loggedIn(): void;
  close(): Promise<void>;
  destroy(): void;
}

export class Session {
  readonly id: number;
  readonly link: SessionLink;
  /** The peer's IP address as text. */
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly log: Logger;
  state: SessionState = 'anonymous';
  account: Account | null = null;
  /** The device number; 0 before login. */
  device = 0;
  attempt: LoginAttempt | null = null;
  /** When the client last sent anything, monotonic ms. */
  lastReceivedAt = 0;
  /** Nothing more is handled or sent. */
  ended = false;
  /** Claims a login slot for an account that has `held` other sessions. @returns false when none is free */
  claimSlot: (held: number) => boolean = () => true;
  /** Called once when the daemon ends the session, before the link closes. */
  onEnd: (reason: EventParams<'closing'>['reason']) => void = () => {};

  constructor(about: { id: number; link: SessionLink; address: string; since: number; log: Logger }) {
    this.id = about.id;
    this.link = about.link;
    this.address = about.address;
    this.since = about.since;
    this.log = about.log;
  }

  /** The name of the account. Only for handlers whose `allowed` excludes 'anonymous'. */
  get name(): string {
    if (this.account === null) throw new Error('nobody is logged in on this session');
    return this.account.name;
  }

  /** Sends an encoded event. Does nothing after the end of the session. */
  send(event: Uint8Array): void {
    if (!this.ended) this.link.send(event);
  }

  /** Ends the session: tells the client why, and closes the link in order. */
  end(reason: EventParams<'closing'>['reason'], message: string): void {
    if (this.ended) return;
    this.link.send(encodeEvent('closing', { reason, message }));
    this.ended = true;
    this.onEnd(reason);
    this.link.close().catch(() => this.link.destroy());
  }

  /** Cuts the link without a reason, because the peer broke the protocol. */
  cut(): void {
    this.ended = true;
    this.onEnd('ended');
    this.link.destroy();
  }
}
