/** From the line that was written to what the client is asked to do, with the questions that stand before it. */

import type { ConversationName, Message } from '../../client/types.ts';
import { MAX_TEXT_BYTES } from '../../protocol/base/text.ts';
import type { CommandName } from '../command-line/command-names.ts';
import { lineOf, parseLine } from '../command-line/dot-commands.ts';
import type { Commands } from '../commands/commands.ts';
import { whyUnknown } from '../select/select.ts';
import type { ChatController } from '../session/chat-controller.ts';
import type { Desk } from '../session/desk.ts';
import { editorWith, textOf } from '../state/editor.ts';
import { openThread } from '../state/focus.ts';
import type { Question } from '../state/state.ts';
import { parts } from '../text/split-message.ts';
import { strings } from '../text/strings.ts';

/** What goes where; `line` is what was written, with the sign or the name before it. */
type Letter = { to: ConversationName; text: string; line: string; reply?: Message; addressed?: string };

export class Sending {
  readonly #desk: Desk;
  readonly #commands: Commands;

  constructor(desk: Desk, commands: Commands) {
    this.#desk = desk;
    this.#commands = commands;
  }

  /** Enter in the composer. @param sure the question that stood before it was answered with yes */
  enter(sure = false) {
    const { session } = this.#desk;
    if (session === null) return;
    const { chat } = session;
    const { about, draft } = openThread(chat);
    const line = textOf(draft);
    const said = parseLine(line);
    if (about?.do === 'edit' && 'text' in said) return this.#edit(session, about.message, line);
    const reply = about?.do === 'reply' ? { reply: about.message } : {};
    switch (said.say) {
      case 'nothing':
        // On an empty line Enter looks at what stands in the way.
        this.#commands.isStopped(session, chat.open);
        return;
      case 'unknown':
        return session.tell(strings.notices.unknownCommand(said.name, said.like), 'bad');
      case 'misused':
        return session.tell(this.#commands.usage(said.name), 'bad');
      case 'command':
        if (isTooLong(session, line)) return;
        return this.#command(said.name, said.rest, line);
      case 'private': {
        const why = whyUnknown(chat, `@${said.to}`);
        if (why !== null) return session.tell(why, 'bad');
        return this.#post(session, { to: `@${said.to}`, text: said.text, line }, sure);
      }
      case 'addressed': {
        // Between two people there is nobody else who would read it.
        const addressed = chat.open.startsWith('#') ? { addressed: said.to } : {};
        return this.#post(session, { to: chat.open, text: said.text, line, ...reply, ...addressed }, sure);
      }
      case 'text':
        return this.#post(session, { to: chat.open, text: said.text, line, ...reply }, sure);
    }
  }

  /** What was written after a command is not lost with it. */
  #command(name: CommandName, rest: string, line: string) {
    const giveBack = this.#take(line);
    // It looks at what is chosen before anything else.
    const done = this.#commands.run(name, rest);
    if (name !== '.react' || rest !== '') this.#unchoose();
    void done.then((isDone) => isDone || rest === '' || giveBack());
  }

  #edit(session: ChatController, message: Message, line: string) {
    const said = parseLine(line);
    // What goes to somebody when it is sent is only text when a message is changed.
    const text = said.say === 'text' ? said.text : line.trimEnd();
    if (isTooLong(session, text)) return;
    const giveBack = this.#take(line);
    this.#unchoose();
    void session.attempt(() => session.client.edit(message, text)).then((isDone) => isDone || giveBack());
  }

  #post(session: ChatController, { to, text, line, reply, addressed }: Letter, sure: boolean) {
    if (this.#commands.isStopped(session, to)) return;
    const { chat } = session;
    const messages = parts(text).length;
    const hasty = openThread(chat).hasty && to === chat.open;
    if (!sure && (hasty || messages > 1 || addressed !== undefined)) {
      const lines = text.split('\n').length;
      const question: Question = { ask: 'send', to, lines, messages, hasty, addressed: addressed ?? null };
      return this.#desk.store.dispatch({ type: 'asked', question });
    }
    const giveBack = this.#take(line);
    this.#unchoose();
    const { away } = chat;
    void session.send(to, text, reply).then((left) => {
      // That they are no longer away is the news that matters more.
      if (left === '' && !away && to !== session.chat.open) session.tell(strings.notices.whispered(to));
      const again = to === chat.open ? lineOf(left) : `${to} ${left}`;
      if (left !== '') giveBack(left === text ? line : again);
    });
  }

  /**
   * The line goes out. What is returned puts it back where it was written, with what it was for, unless something was written
   * there since; then Up has it.
   */
  #take(line: string): (again?: string) => void {
    const { store, session } = this.#desk;
    if (session === null) return () => {};
    const { name: conversation, draft, about, aside, sent, selected } = openThread(session.chat);
    store.dispatch({ type: 'taken', text: line });
    const { draft: since } = openThread(session.chat);
    return (again = line) => {
      const back = { draft: again === line ? draft : editorWith(again), about, aside, sent, selected };
      store.dispatch({ type: 'returned', conversation, line: back, since });
    };
  }

  /** One choice is for one line. */
  #unchoose() {
    const { store, session } = this.#desk;
    if (session !== null) store.dispatch({ type: 'unchosen', conversation: session.chat.open });
  }

  /** What the person said yes to. */
  confirmed(question: Question, session: ChatController) {
    switch (question.ask) {
      case 'send':
        return this.enter(true);
      case 'delete':
        return void session.attempt(() => session.client.remove(question.message));
      case 'quit':
        return this.#desk.outside.quit();
      case 'doubt':
        // The login waits for it (login-desk.ts).
        return;
    }
  }
}

function isTooLong(session: ChatController, text: string): boolean {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_TEXT_BYTES) return false;
  session.tell(strings.notices.tooLong(bytes, MAX_TEXT_BYTES), 'bad');
  return true;
}
