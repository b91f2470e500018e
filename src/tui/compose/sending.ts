/**
 * Folder `compose`: from a draft to what is sent, and the drafts that stay; it seals nothing. From the line that was written
 * to what the client is asked to do, with the questions that stand before it.
 */
import type { ConversationName, Message } from '../../client/types.ts';
import { MAX_TEXT_BYTES } from '../../protocol/base/safe-text.ts';
import type { ChatScope } from '../chat/chat-scope.ts';
import type { CommandName } from '../command-line/command-names.ts';
import { lineOf, parseLine, usageOf } from '../command-line/parse-line.ts';
import { commandTable } from '../commands/dot-command-table.ts';
import { changeText } from '../commands/message-commands.ts';
import type { ScreenCommands } from '../commands/screen-commands.ts';
import { unknownReason } from '../selectors/selectors.ts';
import { editorWith, textOf } from '../state/editor.ts';
import { openThread } from '../state/focus.ts';
import type { Question } from '../state/question.ts';
import { parts } from '../text/split-message.ts';
import { strings } from '../text/strings.ts';

/** `line` is what was written, with the sign or the name before the text. `addressed`: the name at the start of the text. */
type Outgoing = { to: ConversationName; text: string; line: string; reply?: Message; addressed?: string };

export class Sending {
  readonly #scope: ChatScope;
  readonly #commands: ScreenCommands;

  constructor(scope: ChatScope, commands: ScreenCommands) {
    this.#scope = scope;
    this.#commands = commands;
  }

  /** Enter in the composer. `confirmed`: the person said yes to the question before sending. */
  enter(confirmed = false) {
    const { controller } = this.#scope;
    const { chat } = controller;
    const { about, draft } = openThread(chat);
    const line = textOf(draft);
    const parsed = parseLine(line, commandTable);
    if (about?.do === 'edit' && 'text' in parsed) return this.#edit(about.message, line);
    const reply = about?.do === 'reply' ? { reply: about.message } : {};
    switch (parsed.kind) {
      case 'nothing':
        // On an empty line Enter shows why nothing can be sent.
        this.#commands.isStopped();
        return;
      case 'unknown':
        return controller.notify(strings.notices.unknownCommand(parsed.name, parsed.like), 'bad');
      case 'misused':
        return controller.notify(usageOf(parsed.name, commandTable), 'bad');
      case 'command':
        if (this.#isTooLong(line)) return;
        return this.#command(parsed.name, parsed.rest, line);
      case 'private': {
        const why = unknownReason(chat, `@${parsed.to}`);
        if (why !== null) return controller.notify(why, 'bad');
        return this.#post({ to: `@${parsed.to}`, text: parsed.text, line }, confirmed);
      }
      case 'addressed': {
        // In a private conversation nobody else reads it.
        const addressed = chat.open.startsWith('#') ? { addressed: parsed.to } : {};
        return this.#post({ to: chat.open, text: parsed.text, line, ...reply, ...addressed }, confirmed);
      }
      case 'text':
        return this.#post({ to: chat.open, text: parsed.text, line, ...reply }, confirmed);
    }
  }

  /** A command that fails returns its line, so that its argument is not lost. */
  #command(name: CommandName, argument: string, line: string) {
    const restore = this.#take(line);
    // The command reads the selection before it is cleared.
    const isDone = this.#commands.run(name, argument);
    if (name !== '.react' || argument !== '') this.#unselect();
    void Promise.resolve(isDone).then((done) => done || argument === '' || restore());
  }

  #edit(message: Message, line: string) {
    const parsed = parseLine(line, commandTable);
    // Changing a message, `@name text` is only text.
    const text = parsed.kind === 'text' ? parsed.text : line.trimEnd();
    if (this.#isTooLong(text)) return;
    const restore = this.#take(line);
    this.#unselect();
    void changeText(this.#scope, message, text).then(async (result) => {
      if (!(await this.#commands.show(result))) restore();
    });
  }

  #post({ to, text, line, reply, addressed }: Outgoing, confirmed: boolean) {
    const { store, controller } = this.#scope;
    if (this.#commands.isStopped(to)) return;
    const { chat } = controller;
    const messages = parts(text).length;
    const hasty = openThread(chat).hasty && to === chat.open;
    if (!confirmed && (hasty || messages > 1 || addressed !== undefined)) {
      const lines = text.split('\n').length;
      const question: Question = { ask: 'send', to, lines, messages, hasty, addressed: addressed ?? null };
      return store.dispatch({ type: 'asked', question });
    }
    const restore = this.#take(line);
    this.#unselect();
    const { away } = chat;
    void controller.send(to, text, reply).then((unsent) => {
      if (unsent !== null) {
        const { left, why } = unsent;
        controller.notify(why, 'bad');
        const again = to === chat.open ? lineOf(left) : `${to} ${left}`;
        restore(left === text ? line : again);
      }
      // The notice that I am no longer away matters more.
      else if (!away && to !== controller.chat.open) controller.notify(strings.notices.whispered(to));
    });
  }

  /**
   * Empties the line. The returned function puts the line back where it was written, with its reply or edit, unless something
   * was written there since; then Up has it.
   */
  #take(line: string): (again?: string) => void {
    const { store, controller } = this.#scope;
    const { name: conversation, draft, about, stashed, sent, selected } = openThread(controller.chat);
    store.dispatch({ type: 'taken', text: line });
    const { draft: since } = openThread(controller.chat);
    return (again = line) => {
      const back = { draft: again === line ? draft : editorWith(again), about, stashed, sent, selected };
      store.dispatch({ type: 'returned', conversation, line: back, since });
    };
  }

  /** A selection is for one line. */
  #unselect() {
    const { store, controller } = this.#scope;
    store.dispatch({ type: 'unselected', conversation: controller.chat.open });
  }

  #isTooLong(text: string): boolean {
    const bytes = Buffer.byteLength(text);
    if (bytes <= MAX_TEXT_BYTES) return false;
    this.#scope.controller.notify(strings.notices.tooLong(bytes, MAX_TEXT_BYTES), 'bad');
    return true;
  }
}
