/** What each input does. Side effects of the screen start here and in commands.ts; what only moves things goes to the update. */

import type { CommandName } from '../command-line/command-names.ts';
import { turned, wanted } from '../command-line/completion.ts';
import { pathWords } from '../command-line/path-words.ts';
import type { Commands } from '../commands/commands.ts';
import { peopleOf } from '../select/select.ts';
import type { Desk } from '../session/desk.ts';
import { type EditName, edits, textOf } from '../state/editor.ts';
import { type MoveName, moveNames } from '../state/event.ts';
import { chatOf, fieldOf, focusScopesOf, MAX_DRAFT, openThread, pastedText } from '../state/focus.ts';
import { type ActionName, actionFor } from '../state/keys.ts';
import { isStashed } from '../state/stashed-draft.ts';
import type { State } from '../state/state.ts';
import type { UserInput } from '../terminal/gate.ts';
import { strings } from '../text/strings.ts';
import { Selection } from './selection.ts';
import { Sending } from './sending.ts';

/** Keys that are nothing but a command. */
const commandOf: Partial<Record<ActionName, CommandName>> = {
  'next-conversation': '.next',
  'previous-conversation': '.previous',
  'next-unread': '.unread',
  reply: '.reply',
  edit: '.edit',
  delete: '.delete',
  react: '.react',
  copy: '.copy',
};
/** A second Ctrl+C within this leaves. ms. */
const TWICE = 2000;

export class Actions {
  readonly #desk: Desk;
  readonly #commands: Commands;
  readonly #sending: Sending;
  readonly #choosing: Selection;
  #interruptedAt = -Infinity;

  constructor(desk: Desk, commands: Commands) {
    this.#desk = desk;
    this.#commands = commands;
    this.#sending = new Sending(desk, commands);
    this.#choosing = new Selection(desk, commands, this.#sending);
  }

  /** Everything that comes from the gate. */
  readonly take = (input: UserInput) => {
    const { store, attention } = this.#desk;
    // Only two in a row leave.
    const isPersons = input.type === 'key' || input.type === 'text' || input.type === 'paste';
    if (isPersons && !(input.type === 'key' && input.key === 'ctrl+c')) this.#interruptedAt = -Infinity;
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
        // A report may still be on its way when the mouse was turned off.
        if (store.get().settings.mouse) store.dispatch({ ...input, type: 'pointed' });
        return;
    }
  };

  /** A field takes the text as it is. Elsewhere each character may be a key of a pane, and what follows goes where it led. */
  #text(text: string) {
    const { store } = this.#desk;
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
    const action = actionFor(key, focusScopesOf(this.#desk.store.get()));
    if (action !== null) return this.run(action, key);
    // Esc and a letter soon after it come as Alt and the letter do.
    const letter = /^alt\+(.)$/u.exec(key)?.[1];
    if (letter === undefined) return;
    this.#key('escape');
    this.take({ type: 'text', text: letter });
  }

  run(action: ActionName, key = '') {
    const { store, outside, login } = this.#desk;
    if (action === 'delete-left' && this.#choosing.up()) return;
    if (Object.hasOwn(edits, action)) return store.dispatch({ type: 'edited', edit: action as EditName });
    if (isMove(action)) return this.#move(action);
    const command = commandOf[action];
    if (command !== undefined) return void this.#commands.run(command, '');
    switch (action) {
      case 'yank':
        return store.dispatch({ type: 'yanked' });
      case 'send':
        return this.#sending.enter();
      case 'choose':
        return this.#choosing.choose();
      case 'yes':
        return this.#choosing.yes(key);
      case 'no':
        return this.#choosing.no(key);
      case 'complete':
        return void this.#complete(1);
      case 'complete-back':
        return void this.#complete(-1);
      case 'nth-conversation':
        return this.#nth(Number(key.at(-1)));
      case 'attach':
        return void this.#choosing.browse('.');
      case 'redraw':
        return outside.redraw();
      case 'suspend':
        return outside.suspend();
      case 'interrupt':
        return this.#interrupt();
      case 'open-link':
        return void this.#choosing.openLink();
      case 'pause':
      case 'cancel':
        return this.#choosing.withTransfer(action);
      case 'go-on':
        return void login.goOn();
      case 'start-server':
        return void login.startServer();
    }
  }

  #move(move: MoveName) {
    const { store, login } = this.#desk;
    const { screen, overlay } = store.get();
    if (move === 'back' && screen.name === 'login' && overlay === null) return login.back();
    store.dispatch({ type: 'moved', move });
  }

  #paste(text: string) {
    const { store } = this.#desk;
    const state = store.get();
    const chat = chatOf(state);
    if (chat === null || state.overlay !== null) return store.dispatch({ type: 'pasted', text });
    const bytes = Buffer.byteLength(textOf(openThread(chat).draft)) + Buffer.byteLength(pastedText(text));
    if (bytes <= MAX_DRAFT) return store.dispatch({ type: 'pasted', text });
    store.dispatch({ type: 'notice', notice: { text: strings.notices.longPaste(bytes, MAX_DRAFT), tone: 'bad' } });
  }

  /** Ctrl+C: an empty line and a second one leave; it is never lost what was typed by one key too many. */
  #interrupt() {
    const { store, clock } = this.#desk;
    const field = fieldOf(store.get());
    if (field !== null && textOf(field) !== '') {
      store.dispatch({ type: 'edited', edit: 'clear' });
      this.#interruptedAt = -Infinity;
      return;
    }
    const state = store.get();
    const chat = chatOf(state);
    if (chat !== null && state.overlay === null && state.focus === 'composer' && isStashed(openThread(chat)))
      return store.dispatch({ type: 'about', about: null });
    const now = clock.monotonic();
    if (now - this.#interruptedAt < TWICE) return this.#leave(state);
    this.#interruptedAt = now;
    store.dispatch({ type: 'notice', notice: { text: strings.notices.quit, tone: 'info' } });
  }

  /** As `.exit` does; where it asks already, this is the answer. */
  #leave({ overlay, screen }: State) {
    const isAsked = overlay?.kind === 'confirm' && overlay.question.ask === 'quit';
    if (screen.name === 'chat' && !isAsked) void this.#commands.run('.exit', '');
    else this.#desk.outside.quit();
  }

  #nth(n: number) {
    const { session } = this.#desk;
    const item = session === null ? undefined : peopleOf(session.chat)[n - 1];
    if (item) session?.open(item.name);
  }

  async #complete(by: 1 | -1): Promise<void> {
    const { store, session, outside } = this.#desk;
    if (session === null) return;
    const { chat } = session;
    const { draft } = openThread(chat);
    if (textOf(draft) === '') return this.#move(by === 1 ? 'next-pane' : 'previous-pane');
    if (chat.completion !== null) return store.dispatch({ type: 'completed', completion: turned(chat.completion, by) });
    let want = wanted(chat, draft.before);
    if (want.want === 'path') want = await pathWords(want.head, want.path);
    else if (want.want === 'emoji') {
      const found = await outside.findEmoji(want.prefix);
      want =
        found.length === 0
          ? { want: 'nothing' }
          : { want: 'words', completion: { head: want.head, words: found, at: 0 } };
    }
    // Letters that were typed meanwhile win.
    if (openThread(session.chat).draft !== draft) return;
    if (want.want === 'words') store.dispatch({ type: 'completed', completion: want.completion });
    else session.tell(strings.notices.nothingLike);
  }
}

function isMove(action: string): action is MoveName {
  return (moveNames as readonly string[]).includes(action);
}
