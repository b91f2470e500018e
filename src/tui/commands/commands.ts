/** What the dot-commands do; their names, arguments and help stand in dot-commands.ts. */

import type { ConversationName, Message } from '../../client/types.ts';
import type { CommandName } from '../command-line/command-names.ts';
import { conversationOf, divide, usageOf } from '../command-line/dot-commands.ts';
import { isFolded, shownMessages } from '../messages/folding.ts';
import { pickedIn } from '../select/aim.ts';
import { linksIn } from '../select/search.ts';
import { canSend, peopleOf, waits, whyUnknown } from '../select/select.ts';
import type { ChatController } from '../session/chat-controller.ts';
import type { CommandsDesk } from '../session/desk.ts';
import { editorWith, emptyEditor } from '../state/editor.ts';
import type { MoveName } from '../state/event.ts';
import { openThread } from '../state/focus.ts';
import { ownValue } from '../state/has-own.ts';
import { isBlockedConversation } from '../state/muting.ts';
import type { Overlay } from '../state/state.ts';
import { emojiFor } from '../text/emoji.ts';
import { strings } from '../text/strings.ts';
import { FileCommands } from './file-commands.ts';
import type { Done, Handler } from './handler.ts';
import { MuteCommands } from './mute-commands.ts';
import { helpLines, Pages } from './pages.ts';
import { Preferences } from './preferences.ts';
import { TrustCommands } from './trust-commands.ts';

const scrolls = { up: 'page-up', down: 'page-down', oldest: 'oldest', newest: 'newest' } as const;

export class Commands {
  readonly #desk: CommandsDesk;
  readonly trust: TrustCommands;
  readonly silence: MuteCommands;
  readonly files: FileCommands;
  readonly #pages: Pages;
  readonly #preferences: Preferences;
  readonly #handlers: Readonly<Record<CommandName, Handler>>;

  constructor(desk: CommandsDesk) {
    this.#desk = desk;
    this.trust = new TrustCommands(desk);
    this.silence = new MuteCommands(desk);
    this.files = new FileCommands(desk);
    this.#pages = new Pages(desk);
    this.#preferences = new Preferences(desk);
    const moved =
      (move: MoveName): Handler =>
      () =>
        desk.store.dispatch({ type: 'moved', move });
    const quit: Handler = () => this.#quit();
    this.#handlers = {
      '.help': () => this.#pages.page(strings.pages.commands, helpLines()),
      '.exit': quit,
      '.quit': quit,
      '.msg': (session, rest) => this.#message(session, rest),
      '.join': (session, rest) => this.#join(session, rest),
      '.rooms': (session) => this.#pages.list(session, true),
      '.users': (session) => this.#pages.list(session, false),
      '.file': (session, rest) => {
        if (this.isStopped(session, session.chat.open)) return false;
        return desk.transfers?.upload(session.chat.open, rest);
      },
      '.list_files': (session) => this.#pages.files(session),
      '.download': (session, rest) => this.files.download(session, rest),
      '.transfers': (session) => this.#pages.transfers(session),
      '.pause': (session, rest) => this.files.named(session, 'pause', rest),
      '.resume': (session, rest) => this.files.named(session, 'resume', rest),
      '.cancel': (session, rest) => this.files.named(session, 'cancel', rest),
      '.reply': (session, rest) => this.#reply(session, rest),
      '.edit': (session, rest) => this.#edit(session, rest),
      '.delete': (session) => this.#delete(session),
      '.react': (session, rest) => this.react(session, rest),
      '.retry': (session) => this.#retry(session),
      '.search': (_, rest) =>
        desk.store.dispatch({ type: 'overlay', overlay: { kind: 'search', query: editorWith(rest), selected: 0 } }),
      '.unread': (session) => this.#unread(session),
      '.next': (session) => this.#step(session, 1),
      '.previous': (session) => this.#step(session, -1),
      '.scroll': (session, rest) => {
        const move = ownValue(scrolls, rest);
        if (move === undefined) return session.refuse(this.usage('.scroll'));
        return desk.store.dispatch({ type: 'moved', move });
      },
      '.go': moved('switcher'),
      '.pane': moved('next-pane'),
      '.bare': moved('bare'),
      '.redraw': () => desk.outside.redraw(),
      '.copy': (session) => this.#copy(session),
      '.links': (session) => this.#links(session),
      '.verify': (session, rest) => this.trust.verify(session, rest),
      '.whoami': (session) => this.#pages.whoami(session),
      '.keys': (session) => this.#pages.keys(session),
      '.sessions': (session, rest) => this.#pages.sessions(session, rest),
      '.reconnect': (session) => this.#reconnect(session),
      '.passwd': () => desk.store.dispatch({ type: 'overlay', overlay: passwdOverlay }),
      '.away': (session, rest) => this.#away(session, rest),
      '.typing': (session, rest) => this.#preferences.switch(session, '.typing', 'typing', rest),
      '.mute': (session, rest) => this.silence.mute(session, rest),
      '.block': (session, rest) => (rest === '' ? this.#pages.blocked(session) : this.silence.block(session, rest)),
      '.notify': (session, rest) => this.#preferences.notify(session, rest),
      '.mouse': (session, rest) => this.#preferences.switch(session, '.mouse', 'mouse', rest),
      '.theme': (session, rest) => this.#preferences.theme(session, rest),
    };
  }

  /** Resolves when it is done, as far as it is awaited. @returns false when it could not be done; the person was told why */
  async run(name: CommandName, rest: string): Promise<boolean> {
    const { session } = this.#desk;
    if (session === null) return false;
    return (await this.#handlers[name](session, rest.trim())) !== false;
  }

  usage(name: CommandName): string {
    return usageOf(name);
  }

  /** Says or shows why nothing can be sent there now. @returns false when it can */
  isStopped(session: ChatController, to: ConversationName): boolean {
    const { chat } = session;
    const why = canSend({ ...chat, open: to });
    if (why === null) return false;
    if (isBlockedConversation(chat.blocked, to)) session.tell(why, 'bad');
    else void this.run('.verify', to.slice(1));
    return true;
  }

  /** The message that was chosen with the arrows, else the newest that is not mine. None that is folded or deleted. */
  chosen(mine = false): Message | null {
    const { session } = this.#desk;
    if (session === null) return null;
    const { chat } = session;
    const thread = openThread(chat);
    const picked = pickedIn(thread);
    // What was chosen and is held no longer is not replaced by another.
    if (picked === undefined) return null;
    if (picked !== null) return picked.deleted || isFolded(picked, thread.unfolded, chat.blocked) ? null : picked;
    return (
      shownMessages(chat).findLast((message) => (message.from === chat.me.name) === mine && !message.deleted) ?? null
    );
  }

  #quit() {
    const { transfers, store, outside } = this.#desk;
    // What ended a moment ago is under way no more.
    store.flush();
    if (transfers?.busy) store.dispatch({ type: 'asked', question: { ask: 'quit' } });
    else outside.quit();
  }

  async #message(session: ChatController, rest: string): Promise<boolean> {
    const [word, text] = divide(rest);
    const name = conversationOf(word);
    const why = whyUnknown(session.chat, name);
    if (why !== null) return session.refuse(why);
    if (text !== '') {
      if (this.isStopped(session, name)) return false;
      if ((await session.send(name, text)) !== '') return false;
    }
    session.open(name);
    return true;
  }

  #join(session: ChatController, rest: string) {
    const name = conversationOf(rest.startsWith('#') ? rest : `#${rest}`);
    const why = whyUnknown(session.chat, name);
    return why === null ? session.open(name) : session.refuse(why);
  }

  async #reply(session: ChatController, text: string): Promise<Done> {
    const message = this.chosen();
    if (message === null) return session.refuse(strings.notices.noMessage);
    if (text === '') return this.#desk.store.dispatch({ type: 'about', about: { do: 'reply', message } });
    if (this.isStopped(session, session.chat.open)) return false;
    return (await session.send(session.chat.open, text, message)) === '';
  }

  #mine(session: ChatController): Message | null {
    const picked = this.chosen(true);
    const mine = picked !== null && picked.from === session.chat.me.name ? picked : null;
    if (mine === null) session.refuse(picked === null ? strings.notices.noMessage : strings.notices.notYours);
    return mine;
  }

  #edit(session: ChatController, text: string): Done | Promise<Done> {
    const message = this.#mine(session);
    if (message === null) return false;
    if (text === '') return this.#desk.store.dispatch({ type: 'about', about: { do: 'edit', message } });
    return session.attempt(() => session.client.edit(message, text));
  }

  #delete(session: ChatController): Done {
    const message = this.#mine(session);
    if (message === null) return false;
    this.#desk.store.dispatch({ type: 'asked', question: { ask: 'delete', message } });
  }

  async react(session: ChatController, word: string): Promise<boolean> {
    const message = this.chosen();
    if (message === null) return session.refuse(strings.notices.noMessage);
    if (word === '') {
      this.#desk.store.dispatch({ type: 'lent', editor: editorWith('.react :') });
      return true;
    }
    const { emoji, near } = await emojiFor(word);
    if (emoji === null) return session.refuse(strings.notices.noEmoji(word, near));
    const on = !(message.reactions[emoji] ?? []).includes(session.chat.me.name);
    return session.attempt(() => session.client.react(message, emoji, on));
  }

  #retry(session: ChatController): Done {
    if (isBlockedConversation(session.chat.blocked, session.chat.open))
      return !this.isStopped(session, session.chat.open);
    const failed = openThread(session.chat).messages.filter((message) => message.state === 'failed');
    if (failed.length === 0) return session.tell(strings.notices.nothingFailed);
    for (const message of failed) void session.attempt(() => session.client.retry(message.id));
  }

  #unread(session: ChatController) {
    const list = peopleOf(session.chat);
    const at = list.findIndex((item) => item.open);
    const others = [...list.slice(at + 1), ...list.slice(0, at)];
    // What is muted only when nothing else waits.
    const next = others.find(waits) ?? others.find((item) => item.unread > 0);
    if (next) session.open(next.name);
    else session.tell(strings.notices.noUnread);
  }

  #step(session: ChatController, by: 1 | -1) {
    const list = peopleOf(session.chat);
    const next = list[(list.findIndex((item) => item.open) + by + list.length) % list.length];
    if (next) session.open(next.name);
  }

  #copy(session: ChatController): Done {
    const message = this.chosen();
    if (message === null) return session.refuse(strings.notices.noMessage);
    this.#desk.outside.copy(message.body.kind === 'file' ? message.body.file.name : message.body.text);
    session.tell(strings.notices.copied);
  }

  #links(session: ChatController) {
    const links = linksIn(session.chat, this.#desk.outside.findLinks).reverse();
    if (links.length === 0) return session.tell(strings.notices.noLinks);
    this.#desk.store.dispatch({ type: 'overlay', overlay: { kind: 'links', links, selected: 0 } });
  }

  #reconnect(session: ChatController): Done {
    const { link } = session.chat;
    if (link.state === 'online') return session.tell(strings.notices.isOnline);
    if (link.state === 'closed') return session.refuse(link.reason);
    session.client.reconnect();
  }

  #away(session: ChatController, word: string) {
    if (word !== '' && word !== 'on' && word !== 'off') return session.refuse(this.usage('.away'));
    return session.away(word === '' ? !session.chat.away : word === 'on');
  }
}

const passwdOverlay: Overlay = {
  kind: 'passwd',
  fields: [emptyEditor, emptyEditor, emptyEditor],
  active: 0,
  error: null,
  busy: false,
};
