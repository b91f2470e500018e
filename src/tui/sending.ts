/** From the line that was written to what the client is asked to do, with the questions that stand before it. */
import { MAX_TEXT_BYTES } from '../protocol/text.ts';
import type { ConversationName, Message } from './client/types.ts';
import type { Commands } from './commands.ts';
import type { Desk } from './desk.ts';
import { parseLine } from './dot-commands.ts';
import { editorWith, textOf } from './editor.ts';
import { chatOf, openThread } from './field.ts';
import type { Session } from './session.ts';
import type { Question } from './state.ts';
import { strings } from './strings.ts';

export class Sending {
  readonly #desk: Desk;
  readonly #commands: Commands;

  constructor(desk: Desk, commands: Commands) {
    this.#desk = desk;
    this.#commands = commands;
  }

  /** Enter in the composer. */
  enter(sure = false) {
    const { store, session } = this.#desk;
    if (session === null) return;
    const { chat } = session;
    const thread = openThread(chat);
    const text = textOf(thread.draft);
    const said = parseLine(text);
    switch (said.say) {
      case 'nothing':
        // On an empty line Enter looks at what stands in the way.
        this.#commands.isStopped(session, chat.open);
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
        if (thread.hasty && !sure) return this.ask({ ask: 'send', to: chat.open });
        const { about } = chat;
        if (about?.do !== 'edit') return this.#post(session, chat.open, said.text, text, about?.message);
        store.dispatch({ type: 'taken', text });
        return void session.attempt(() => session.client.edit(about.message, said.text));
      }
    }
  }

  #post(session: Session, to: ConversationName, text: string, line: string, reply?: Message) {
    if (this.#commands.isStopped(session, to)) return;
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_TEXT_BYTES) return session.tell(strings.notices.tooLong(bytes, MAX_TEXT_BYTES), 'bad');
    this.#desk.store.dispatch({ type: 'taken', text: line });
    const { away } = session.chat;
    void session
      .attempt(() => session.send(to, text, reply))
      .then((sent) => {
        // That they are no longer away is the news that matters more.
        if (sent && !away && to !== session.chat.open) session.tell(strings.notices.whispered(to));
        // What could not even be queued comes back to the line, if nothing new stands there.
        const chat = chatOf(this.#desk.store.get());
        if (!sent && chat !== null && textOf(openThread(chat).draft) === '') {
          this.#desk.store.dispatch({ type: 'filled', editor: editorWith(line) });
        }
      });
  }

  /** What the person said yes to. */
  confirmed(question: Question, session: Session) {
    const { store, outside } = this.#desk;
    switch (question.ask) {
      case 'send':
        store.dispatch({ type: 'thread', conversation: question.to, change: { hasty: false } });
        return this.enter(true);
      case 'paste': {
        const { open } = session.chat;
        if (this.#commands.isStopped(session, open)) return;
        return void session.attempt(() => session.send(open, question.text));
      }
      case 'delete':
        return void session.attempt(() => session.client.remove(question.message));
      case 'quit':
        return outside.quit();
    }
  }

  /** Asks before something is done. */
  ask(question: Question) {
    this.#desk.store.dispatch({ type: 'overlay', overlay: { kind: 'confirm', question } });
  }
}
