/** One client on one link, from the handshake until it leaves. */
import type { Logger } from 'pino';
import { encodeEvent } from '../../protocol/wire/codec.ts';
import type { EventParams } from '../../protocol/wire/events.ts';
import type { Account } from '../accounts/users-file.ts';
import type { BroadcastLink } from './broadcast-channel.ts';

/**
 * What a session may do:
 * `anonymous` before login; `must-renew` a legacy account that has no keys yet; `needs-vault` an account whose vault
 * is missing; `by-key` logged in with a ticket and a signature; `by-password` everything.
 */
export type SessionState = 'anonymous' | 'must-renew' | 'needs-vault' | 'by-key' | 'by-password';

/** What an unfinished registration, login or change of password keeps between its requests. */
export type LoginAttempt =
  | { kind: 'register'; name: string; invite: string | null }
  | { kind: 'login'; name: string; account: Account | null; state: string }
  | { kind: 'proved'; account: Account; sessionKey: Uint8Array }
  | { kind: 'record' };

/** The part of a Link that a session uses. */
export interface SessionLink extends BroadcastLink {
  /** The channel binding: what both ends have in common about this link and nobody in the middle can. */
  readonly cb: Uint8Array;
  readonly queuedBytes: number;
  send(message: Uint8Array): void;
  sendSegment(transfer: number, index: number, bytes: Uint8Array): void;
  drained(): Promise<void>;
  /** Reads nothing more until resume(): the peer's system holds back what it sends. */
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
  /** 0 before login. */
  device = 0;
  attempt: LoginAttempt | null = null;
  /** By the monotonic clock, when the client last sent anything. */
  lastReceivedAt = 0;
  /** Nothing more is carried out or sent. */
  ended = false;
  /** Takes the slot of a login, for an account that has `held` other sessions. @returns false when there is none for it */
  claimSlot: (held: number) => boolean = () => true;
  /** Told once when this end ends the session, before its link closes. */
  onEnd: (reason: EventParams<'closing'>['reason']) => void = () => {};

  constructor(about: { id: number; link: SessionLink; address: string; since: number; log: Logger }) {
    this.id = about.id;
    this.link = about.link;
    this.address = about.address;
    this.since = about.since;
    this.log = about.log;
  }

  /** The name of who is logged in. Only for handlers whose `allowed` excludes 'anonymous'. */
  get name(): string {
    if (this.account === null) throw new Error('nobody is logged in on this session');
    return this.account.name;
  }

  /** Sends an event, encoded once for all who get it. Does nothing once the session has ended. */
  send(event: Uint8Array): void {
    if (!this.ended) this.link.send(event);
  }

  /** Tells the client why, closes in order, and carries out nothing more. */
  end(reason: EventParams<'closing'>['reason'], message: string): void {
    if (this.ended) return;
    this.link.send(encodeEvent('closing', { reason, message }));
    this.ended = true;
    this.onEnd(reason);
    this.link.close().catch(() => this.link.destroy());
  }

  /** Cuts the link without a word: the peer breaks the rules. */
  cut(): void {
    this.ended = true;
    this.onEnd('ended');
    this.link.destroy();
  }
}
