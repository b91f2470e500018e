/** What each input does. Side effects of the screen start here and in commands.ts; what only moves things goes to the update. */
import { dirname, join } from 'node:path';
import { MAX_TEXT_BYTES } from '../protocol/text.ts';
import type { ConversationName, Message } from './client/types.ts';
import type { Commands } from './commands.ts';
import { turned, wanted, words } from './completion.ts';
import type { Desk } from './desk.ts';
import { parseLine } from './dot-commands.ts';
import { type EditName, editorWith, edits, emptyEditor, textOf } from './editor.ts';
import type { MoveName } from './event.ts';
import { chatOf, fieldOf, openThread, pasteable, placesOf } from './field.ts';
import type { Input } from './key-reader.ts';
import { type ActionName, actionFor } from './keys.ts';
import { keyOf } from './messages.ts';
import { canSend, filesOf, found, layoutFor, peopleOf, picked, searched } from './select.ts';
import type { Session } from './session.ts';
import type { Overlay, Question } from './state.ts';
import { strings } from './strings.ts';
import { entriesOf, resolvePath } from './transfers.ts';

const moves: readonly string[] = [
  'up',
  'down',
  'page-up',
  'page-down',
  'oldest',
  'newest',
  'back',
  'next-pane',
  'previous-pane',
  'next-field',
  'previous-field',
  'show-people',
  'show-files',
  'bare',
  'help',
  'switcher',
  'search',
  'toggle-making',
] satisfies MoveName[];
/** A second Ctrl+C within this leaves. ms. */
const TWICE = 2000;

export class Actions {
  readonly #desk: Desk;
  readonly #commands: Commands;
  #interruptedAt = -Infinity;

  constructor(desk: Desk, commands: Commands) {
    this.#desk = desk;
    this.#commands = commands;
  }

  /** From the gate: everything but the letters that Ink's field takes. */
  readonly take = (input: Input) => {
    const { store } = this.#desk;
    switch (input.type) {
      case 'key':
        return this.#key(input.key);
      case 'text':
        // Without a field, a letter may be a key of a pane; otherwise it begins a line.
        if (actionFor(input.text, placesOf(store.get())) !== null) return this.#key(input.text);
        return store.dispatch({ type: 'typed', text: input.text });
      case 'paste':
        return this.#paste(input.text);
      case 'focus':
        return store.dispatch({ type: 'watched', watched: input.focused });
      case 'mouse':
        return this.#mouse(input.action, input.x, input.y);
    }
  };

  #key(key: string) {
    const action = actionFor(key, placesOf(this.#desk.store.get()));
    if (action !== null) this.run(action, key);
  }

  run(action: ActionName, key = '') {
    const { store, outside, login } = this.#desk;
    if (Object.hasOwn(edits, action)) return store.dispatch({ type: 'edited', edit: action as EditName });
    if (moves.includes(action)) return this.#move(action as MoveName);
    switch (action) {
      case 'send':
        return this.#send();
      case 'choose':
        return this.#choose();
      case 'complete':
        return void this.#complete(1);
      case 'complete-back':
        return void this.#complete(-1);
      case 'next-conversation':
        return this.#step(1);
      case 'previous-conversation':
        return this.#step(-1);
      case 'nth-conversation':
        return this.#nth(Number(key.at(-1)));
      case 'next-unread':
        return this.#commands.run('.unread', '');
      case 'attach':
        return void this.#browse('.');
      case 'redraw':
        return outside.redraw();
      case 'suspend':
        return outside.suspend();
      case 'interrupt':
        return this.#interrupt();
      case 'reply':
      case 'edit':
      case 'delete':
      case 'react':
      case 'copy':
        return this.#withMessage(action);
      case 'pause':
      case 'cancel':
        return this.#withTransfer(action);
      case 'go-on':
        return void login.goOn();
      case 'start-daemon':
        return void login.startDaemon();
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
    const whole = textOf(openThread(chat).draft) + pasteable(text, true);
    if (Buffer.byteLength(whole) <= MAX_TEXT_BYTES) return store.dispatch({ type: 'pasted', text });
    this.#ask({ ask: 'paste', text });
  }

  /** Ctrl+C: an empty line and a second one leave; it is never lost what was typed by one key too many. */
  #interrupt() {
    const { store, clock, outside } = this.#desk;
    const field = fieldOf(store.get());
    if (field !== null && textOf(field) !== '') {
      store.dispatch({ type: 'filled', editor: emptyEditor });
      this.#interruptedAt = -Infinity;
      return;
    }
    const now = clock.monotonic();
    if (now - this.#interruptedAt < TWICE) return outside.quit();
    this.#interruptedAt = now;
    store.dispatch({ type: 'notice', notice: { text: strings.notices.quit, tone: 'info' } });
  }

  #ask(question: Question) {
    this.#desk.store.dispatch({ type: 'overlay', overlay: { kind: 'confirm', question } });
  }

  /** Enter in the composer. */
  #send(sure = false) {
    const { store, session } = this.#desk;
    if (session === null) return;
    const { chat } = session;
    const thread = openThread(chat);
    const text = textOf(thread.draft);
    const said = parseLine(text);
    switch (said.say) {
      case 'nothing':
        // On an empty line Enter looks at what stands in the way.
        if (canSend(chat) !== null) this.#commands.run('.verify', '');
        return;
      case 'unknown':
        return session.tell(strings.notices.unknownCommand(said.name, said.like), 'bad');
      case 'incomplete':
        return session.tell(this.#commands.usage(said.name), 'bad');
      case 'command':
        store.dispatch({ type: 'taken', text });
        return this.#commands.run(said.name, said.rest);
      case 'private': {
        const name = Object.keys(chat.people).find((known) => known === said.to);
        if (name === undefined) return session.tell(strings.notices.unknownPerson(said.to), 'bad');
        return this.#post(session, `@${name}`, said.text, text);
      }
      case 'text': {
        if (thread.hasty && !sure) return this.#ask({ ask: 'send', to: chat.open });
        const { about } = chat;
        if (about?.do !== 'edit') return this.#post(session, chat.open, said.text, text, about?.message);
        store.dispatch({ type: 'taken', text });
        return void session.attempt(() => session.client.edit(about.message, said.text));
      }
    }
  }

  #post(session: Session, to: ConversationName, text: string, line: string, reply?: Message) {
    const blocked = canSend({ ...session.chat, open: to });
    if (blocked !== null) {
      this.#commands.run('.verify', to.slice(1));
      return;
    }
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_TEXT_BYTES) return session.tell(strings.notices.tooLong(bytes, MAX_TEXT_BYTES), 'bad');
    this.#desk.store.dispatch({ type: 'taken', text: line });
    void session
      .attempt(() => session.send(to, text, reply))
      .then((sent) => {
        // What could not even be queued comes back to the line, if nothing new stands there.
        const chat = chatOf(this.#desk.store.get());
        if (!sent && chat !== null && textOf(openThread(chat).draft) === '') {
          this.#desk.store.dispatch({ type: 'filled', editor: editorWith(line) });
        }
      });
  }

  /** Enter in a pane or an overlay. */
  #choose() {
    const { store, session, login } = this.#desk;
    const { overlay, focus } = store.get();
    if (overlay !== null && overlay.kind !== 'pane') return this.#chooseIn(overlay);
    if (session === null) return void login.goOn();
    const pane = overlay?.kind === 'pane' ? overlay.pane : focus;
    const { chat } = session;
    if (pane === 'people') {
      const item = peopleOf(chat)[chat.peopleAt];
      if (item) session.open(item.name);
    } else if (pane === 'files') this.#commands.fetch(filesOf(chat)[chat.filesAt]?.file);
    else if (pane === 'messages') this.#openMessage();
  }

  #openMessage() {
    const message = this.#commands.chosen();
    if (message === null) return;
    if (message.body.kind === 'file') return this.#commands.fetch(message.body.file);
    if (message.state === 'failed') return this.#commands.run('.retry', '');
    this.run('reply');
  }

  #chooseIn(overlay: Overlay) {
    const { store, session } = this.#desk;
    if (session === null) return store.dispatch({ type: 'overlay', overlay: null });
    switch (overlay.kind) {
      case 'switcher': {
        const item = found(session.chat, textOf(overlay.query))[overlay.selected];
        store.dispatch({ type: 'overlay', overlay: null });
        if (item?.kind === 'person' || item?.kind === 'room') session.open(item.target as ConversationName);
        else if (item?.kind === 'file') this.#commands.fetch(session.chat.files[item.target]);
        else if (item) store.dispatch({ type: 'filled', editor: editorWith(`${item.target} `) });
        return;
      }
      case 'search': {
        const message = searched(session.chat, textOf(overlay.query))[overlay.selected];
        if (message) store.dispatch({ type: 'jumped', conversation: message.conversation, key: keyOf(message) });
        return;
      }
      case 'links':
        return this.#copy(overlay.links[overlay.selected] ?? '');
      case 'picker':
        return void this.#pick(overlay);
      case 'confirm':
        store.dispatch({ type: 'overlay', overlay: null });
        return this.#confirmed(overlay.question, session);
      case 'fingerprint':
        return void this.#commands.decide(overlay.name);
      case 'passwd':
        return void this.#commands.passwd(overlay);
      case 'help':
      case 'page':
      case 'pane':
        return store.dispatch({ type: 'overlay', overlay: null });
    }
  }

  #confirmed(question: Question, session: Session) {
    const { store, outside } = this.#desk;
    switch (question.ask) {
      case 'send':
        store.dispatch({ type: 'thread', conversation: question.to, change: { hasty: false } });
        return this.#send(true);
      case 'paste': {
        const { open } = session.chat;
        if (canSend(session.chat) !== null) return this.#commands.run('.verify', '');
        return void session.attempt(() => session.send(open, pasteable(question.text, true)));
      }
      case 'delete':
        return void session.attempt(() => session.client.remove(question.message));
      case 'quit':
        return outside.quit();
    }
  }

  #step(by: 1 | -1) {
    const { session } = this.#desk;
    if (session === null) return;
    const list = peopleOf(session.chat);
    const at = list.findIndex((item) => item.open);
    const next = list[(at + by + list.length) % list.length];
    if (next) session.open(next.name);
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
    if (want.want === 'words' && openThread(session.chat).draft === draft) {
      store.dispatch({ type: 'completed', completion: want.completion });
    }
  }

  async #browse(folder: string): Promise<void> {
    const { store, session } = this.#desk;
    if (session === null) return;
    const full = resolvePath(folder);
    const empty: Overlay = { kind: 'picker', folder: full, entries: null, query: emptyEditor, selected: 0 };
    store.dispatch({ type: 'overlay', overlay: empty });
    await session.attempt(async () => {
      const entries = [{ name: '..', folder: true, size: 0 }, ...(await entriesOf(full, false))];
      const { overlay } = store.get();
      if (overlay?.kind === 'picker' && overlay.folder === full) {
        store.dispatch({ type: 'overlay', overlay: { ...overlay, entries } });
      }
    });
  }

  async #pick(overlay: Extract<Overlay, { kind: 'picker' }>): Promise<void> {
    const { store, session, transfers } = this.#desk;
    const entry = picked(overlay)[overlay.selected];
    if (entry === undefined || session === null) return;
    if (entry.folder)
      return this.#browse(entry.name === '..' ? dirname(overlay.folder) : join(overlay.folder, entry.name));
    store.dispatch({ type: 'overlay', overlay: null });
    if (canSend(session.chat) !== null) return this.#commands.run('.verify', '');
    transfers?.upload(session.chat.open, join(overlay.folder, entry.name));
  }

  #withMessage(action: 'reply' | 'edit' | 'delete' | 'react' | 'copy') {
    const { store, session } = this.#desk;
    const message = this.#commands.chosen();
    if (session === null || message === null) return session?.tell(strings.notices.noMessage, 'bad');
    if (action === 'copy') return this.#copy(message.body.kind === 'file' ? message.body.file.name : message.body.text);
    if (action === 'react') {
      store.dispatch({ type: 'focused', focus: 'composer' });
      return store.dispatch({ type: 'filled', editor: editorWith('.react :') });
    }
    if (action === 'reply') return store.dispatch({ type: 'about', about: { do: 'reply', message } });
    if (message.from !== session.chat.me.name) return session.tell(strings.notices.notYours, 'bad');
    if (action === 'delete') return this.#ask({ ask: 'delete', message });
    store.dispatch({ type: 'about', about: { do: 'edit', message } });
  }

  #withTransfer(action: 'pause' | 'cancel') {
    const { session } = this.#desk;
    const item = session === null ? undefined : filesOf(session.chat)[session.chat.filesAt];
    this.#commands.transfer(action, item?.transfer ?? null);
  }

  #copy(text: string) {
    const { store, session, outside } = this.#desk;
    outside.copy(text);
    store.dispatch({ type: 'overlay', overlay: null });
    session?.tell(strings.notices.copied);
  }

  #mouse(action: 'press' | 'up' | 'down', x: number, y: number) {
    const { store, session } = this.#desk;
    if (session === null) return;
    if (action !== 'press') return this.#move(action === 'up' ? 'page-up' : 'page-down');
    const layout = layoutFor(store.get());
    const row = y - 2;
    if (store.get().overlay !== null || row < 0 || row >= layout.body || x >= layout.people) return;
    const list = peopleOf(session.chat);
    const rooms = list.filter((item) => item.room).length;
    const item = row < rooms ? list[row] : row > rooms ? list[row - 1] : undefined;
    if (item) session.open(item.name);
  }
}

/** The entries of a folder that a path under way may mean. */
async function pathWords(head: string, path: string): Promise<ReturnType<typeof words>> {
  const slash = path.lastIndexOf('/') + 1;
  const folder = path.slice(0, slash);
  const part = path.slice(slash);
  const entries = await entriesOf(resolvePath(folder || '.'), part.startsWith('.')).catch(() => []);
  return words(
    head + folder,
    entries.map((entry) => entry.name + (entry.folder ? '/' : '')),
    part,
    '',
  );
}
