/** What exists while a person is logged in. The stage and line mode make it after the login; everything that needs a chat is given it. */
import type { Clock } from '../../platform/clock.ts';
import type { Store } from '../update/state-store.ts';
import type { ChatController } from './chat-controller.ts';
import type { TransferActions } from './transfer-actions.ts';

export type ChatScope = {
  readonly store: Store;
  readonly clock: Clock;
  readonly controller: ChatController;
  readonly transfers: TransferActions;
};
