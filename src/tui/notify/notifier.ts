/**
 * Folder `notify`: bell, desktop notifications, and whether the person is looking; it decides nothing about muting. Notifies a person
 * who looks elsewhere of new messages: bell, desktop notification, window title. Without the text unless a setting allows it.
 */

import { shownName } from '../../client/people/shown-name.ts';
import type { Message } from '../../client/types.ts';
import type { Clock } from '../../platform/clock.ts';
import { firstLine, writtenOf } from '../messages/rows.ts';
import { unreadCount } from '../selectors/selectors.ts';
import { chatOf, isLooking } from '../state/focus.ts';
import { isNotified } from '../state/muting.ts';
import type { TerminalModes } from '../terminal/terminal-modes.ts';
import { strings } from '../text/strings.ts';
import type { Store } from '../update/state-store.ts';
import { cut } from '../width/measure.ts';

/** Time between two notifications; messages in between are counted into the next. ms. */
const PAUSE = 5000;

export class Notifier {
  readonly #store: Store;
  readonly #modes: TerminalModes;
  readonly #clock: Clock;
  #quietUntil = -Infinity;
  #held: Message[] = [];

  constructor(store: Store, modes: TerminalModes, clock: Clock) {
    this.#store = store;
    this.#modes = modes;
    this.#clock = clock;
    store.subscribe(this.#retitle);
  }

  /** Call it for each new message of another person. */
  readonly onMessage = (message: Message): void => {
    const state = this.#store.get();
    const chat = chatOf(state);
    if (isLooking(state) || (chat !== null && !isNotified(chat, message))) return;
    this.#held.push(message);
    const wait = this.#quietUntil - this.#clock.monotonic();
    if (wait <= 0) this.#notify();
    else if (this.#held.length === 1) this.#clock.after(wait, this.#notify);
  };

  readonly #notify = (): void => {
    const held = this.#held;
    this.#held = [];
    const state = this.#store.get();
    const { settings, lock } = state;
    const [first] = held;
    if (isLooking(state) || first === undefined) return;
    this.#quietUntil = this.#clock.monotonic() + PAUSE;
    if (settings.bell) this.#modes.bell();
    if (!settings.desktop) return;
    const from = first.conversation.startsWith('#') ? `${shownName(first)} ${first.conversation}` : shownName(first);
    const body = held.length > 1 ? strings.notify.bodies(held.length) : strings.notify.body;
    const title = strings.notify.title(held.length === 1 ? [from, writtenOf(first)].filter(Boolean).join(' ') : from);
    const text = settings.desktopText && held.length === 1 ? cut(firstLine(first), 100) : body;
    // Behind a lock, who writes is as secret as what.
    if (lock !== null) this.#modes.notify(strings.program, body);
    else this.#modes.notify(title, text);
  };

  readonly #retitle = (): void => {
    const state = this.#store.get();
    const chat = chatOf(state);
    this.#modes.title(
      chat === null || state.lock !== null ? strings.program : strings.title(chat.open, unreadCount(chat)),
    );
  };
}
