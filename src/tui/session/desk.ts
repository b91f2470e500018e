/** What the actions of the screen work with; session and transfers are there while somebody is logged in. */
import type { Clock } from '../../platform/clock.ts';
import type { LoginController } from '../login/login-controller.ts';
import type { Attention } from '../notify/attention.ts';
import type { Store } from '../update/state-store.ts';
import type { ChatController } from './chat-controller.ts';
import type { TransferActions } from './transfer-actions.ts';

/** What only the running program can do. */
type Outside = {
  quit(): void;
  suspend(): void;
  redraw(): void;
  /** Into the terminal's clipboard, where it allows that. */
  copy(text: string): void;
  /** Gives a link to the desktop. false: there is none, or it takes no such link. */
  openLink(link: string): Promise<boolean>;
  findLinks(text: string): string[];
  findEmoji(prefix: string): Promise<string[]>;
};

export type Desk = {
  readonly store: Store;
  readonly clock: Clock;
  readonly outside: Outside;
  readonly login: LoginController;
  readonly attention: Attention;
  session: ChatController | null;
  transfers: TransferActions | null;
};

/** Whoever runs the commands needs no login form, and no window. */
export type CommandsDesk = Omit<Desk, 'login' | 'attention'>;
