/**
 * Folder `actions`: what each key and each pasted text does; it changes state only through the store and the commands. Carries
 * out the inputs of the gate: finds the action of a key and runs it, here or on the screen that is shown.
 */
import type { Clock } from '../../platform/clock.ts';
import type { ChatScope } from '../chat/chat-scope.ts';
import type { Host } from '../chat/host.ts';
import type { IdleLock } from '../chat/idle-lock.ts';
import type { LoginController } from '../login/login-controller.ts';
import type { Attention } from '../notify/attention.ts';
import { type EditName, edits, textOf } from '../state/editor.ts';
import { type MoveName, moveNames } from '../state/event.ts';
import { askedOf, chatOf, fieldOf, focusScopesOf, MAX_DRAFT, openThread, pastedText } from '../state/focus.ts';
import { type ActionName, actionFor } from '../state/keys.ts';
import type { Asked } from '../state/question.ts';
import { isStashed } from '../state/stashed-draft.ts';
import type { UserInput } from '../terminal/gate.ts';
import { strings } from '../text/strings.ts';
import type { Store } from '../update/state-store.ts';
import { ChatActions } from './chat-actions.ts';
import { FormActions } from './form-actions.ts';
import type { ScreenActions } from './screen-actions.ts';

/** A second Ctrl+C within this time leaves. ms. */
const TWICE = 2000;
/** No answer counts within this time after a question appeared: nobody reads that fast. ms. */
const UNREAD = 500;
/** Nor within this time after other typing. ms. */
const TYPED_ON = 1500;

export type ActionsParts = {
  store: Store;
  clock: Clock;
  host: Host;
  login: LoginController;
  attention: Attention;
  idle: IdleLock;
};

export class Actions {
  readonly #parts: ActionsParts;
  #screen: ScreenActions;
  #interruptedAt = -Infinity;

  constructor(parts: ActionsParts) {
    this.#parts = parts;
    this.#screen = new FormActions(parts);
  }

  /** From now on, actions go to the chat. */
  enterChat(scope: ChatScope): void {
    this.#screen = new ChatActions(scope, this.#parts.host);
  }

  readonly take = (input: UserInput) => {
    const { store, attention, idle } = this.#parts;
    const isKeyboard = input.type === 'key' || input.type === 'text' || input.type === 'paste';
    if (isKeyboard) idle.keyPressed();
    // Only two in a row leave.
    if (isKeyboard && !(input.type === 'key' && input.key === 'ctrl+c')) this.#interruptedAt = -Infinity;
    switch (input.type) {
      case 'key':
        return this.#key(input.key);
      case 'text':
        return this.#text(input.text);
      case 'paste':
        return this.#paste(input.text);
      case 'focus':
        return attention.focus(input.focused);
      case 'background':
        return store.dispatch({ type: 'background', light: input.light });
      case 'mouse':
        // A report may still be on its way when the mouse is turned off.
        if (store.get().settings.mouse) store.dispatch({ ...input, type: 'mouse' });
        return;
    }
  };

  /** A field takes the text as it is. Elsewhere each character may be a key, and what follows goes where that led. */
  #text(text: string) {
    const { store } = this.#parts;
    if (store.get().lock !== null) return store.dispatch({ type: 'typed', text });
    let rest = text;
    while (rest !== '' && fieldOf(store.get()) === null) {
      const character = String.fromCodePoint(rest.codePointAt(0) ?? 0);
      rest = rest.slice(character.length);
      if (actionFor(character, focusScopesOf(store.get())) !== null) this.#key(character);
      else store.dispatch({ type: 'typed', text: character });
    }
    if (rest !== '') store.dispatch({ type: 'typed', text: rest });
  }

  #key(key: string) {
    const action = actionFor(key, focusScopesOf(this.#parts.store.get()));
    if (action !== null) return this.run(action, key);
    // Esc followed quickly by a letter arrives as Alt and the letter.
    const letter = /^alt\+(.)$/u.exec(key)?.[1];
    if (letter === undefined) return;
    this.#key('escape');
    this.take({ type: 'text', text: letter });
  }

  run(action: ActionName, key = '') {
    const { store, host } = this.#parts;
    if (this.#screen.run(action, key)) return;
    if (Object.hasOwn(edits, action)) return store.dispatch({ type: 'edited', edit: action as EditName });
    if (isMove(action)) return store.dispatch({ type: 'moved', move: action });
    switch (action) {
      case 'yank':
        return store.dispatch({ type: 'yanked' });
      case 'yes':
        return this.#yes(key);
      case 'no':
        return this.#no(key);
      case 'redraw':
        return host.redraw();
      case 'suspend':
        return host.suspend();
      case 'interrupt':
        return this.#interrupt();
    }
  }

  #paste(text: string) {
    const { store } = this.#parts;
    const state = store.get();
    const chat = chatOf(state);
    if (chat === null || state.overlay !== null || state.lock !== null) return store.dispatch({ type: 'pasted', text });
    const bytes = Buffer.byteLength(textOf(openThread(chat).draft)) + Buffer.byteLength(pastedText(text));
    if (bytes <= MAX_DRAFT) return store.dispatch({ type: 'pasted', text });
    store.dispatch({ type: 'notice', notice: { text: strings.notices.longPaste(bytes, MAX_DRAFT), tone: 'bad' } });
  }

  /** Ctrl+C clears the line; on an empty line, twice leaves. One key too many never loses a text. */
  #interrupt() {
    const { store, clock } = this.#parts;
    const state = store.get();
    const field = fieldOf(state);
    if (field !== null && textOf(field) !== '') {
      store.dispatch({ type: 'edited', edit: 'clear' });
      this.#interruptedAt = -Infinity;
      return;
    }
    const chat = chatOf(state);
    if (chat !== null && state.overlay === null && state.focus === 'composer' && isStashed(openThread(chat)))
      return store.dispatch({ type: 'about', about: null });
    const now = clock.monotonic();
    if (now - this.#interruptedAt < TWICE) return this.#screen.leave();
    this.#interruptedAt = now;
    store.dispatch({ type: 'notice', notice: { text: strings.notices.quit, tone: 'info' } });
  }

  #yes(key: string) {
    const { store, clock, login } = this.#parts;
    const asked = askedOf(store.get());
    if (asked === null) return;
    if (isUnread(asked, clock.now())) return this.#stray(key);
    const { overlay } = store.get();
    if (overlay?.kind === 'confirm') login.questions.agree(overlay.question);
    this.#screen.agree(overlay);
  }

  #no(key: string) {
    const { store, clock } = this.#parts;
    const asked = askedOf(store.get());
    if (asked?.stray && isUnread(asked, clock.now())) this.#stray(key);
    else this.run('back', key);
  }

  /** The key is part of a word, not an answer. */
  #stray(key: string) {
    if (key !== 'enter') this.#parts.store.dispatch({ type: 'typed', text: key });
  }
}

function isUnread({ at, stray }: Asked, now: number): boolean {
  const seen = now - at;
  return seen >= 0 && seen < (stray ? TYPED_ON : UNREAD);
}

function isMove(action: string): action is MoveName {
  return (moveNames as readonly string[]).includes(action);
}
