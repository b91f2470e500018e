/** `.mute` and `.block`: what is kept quiet on this device. Nobody else is told. */

import { conversationOf } from '../command-line/dot-commands.ts';
import { chosenRun } from '../messages/folding.ts';
import { whyUnknown } from '../select/select.ts';
import type { ChatController } from '../session/chat-controller.ts';
import type { CommandsDesk } from '../session/desk.ts';
import { personOf } from '../state/has-own.ts';
import { strings } from '../text/strings.ts';
import type { Done } from './handler.ts';

export class MuteCommands {
  readonly #desk: CommandsDesk;

  constructor(desk: CommandsDesk) {
    this.#desk = desk;
  }

  /** The named conversation, else the open one; a muted one is heard again. */
  mute(session: ChatController, rest: string): Done {
    const { chat } = session;
    const conversation = rest === '' ? chat.open : conversationOf(rest);
    const on = !chat.muted.has(conversation);
    const why = on ? whyUnknown(chat, conversation) : null;
    if (why !== null) return session.refuse(why);
    this.#desk.store.dispatch({ type: 'muted', conversation, on });
    session.tell(strings.notices[on ? 'muted' : 'unmuted'](conversation));
  }

  /** A blocked one is seen again. */
  block(session: ChatController, rest: string): Done {
    const { chat } = session;
    const name = rest.replace(/^@/, '');
    const on = !chat.blocked.has(name);
    if (name === chat.me.name) return session.refuse(strings.notices.isMe);
    if (on && personOf(chat, name) === undefined) return session.refuse(strings.notices.unknownPerson(rest));
    this.#desk.store.dispatch({ type: 'blocked', name, on });
    session.tell(strings.notices[on ? 'blocked' : 'unblocked'](name));
  }

  /** Shows what is folded at the chosen place. @returns false when nothing is */
  unfold({ chat }: ChatController): boolean {
    const run = chosenRun(chat);
    if (run === null) return false;
    const seqs =
      chat.threads[chat.open]?.messages.slice(run.start, run.start + run.count).flatMap(({ seq }) => seq ?? []) ?? [];
    const [first, last] = [seqs[0], seqs.at(-1)];
    // What has no place yet is shown once it has one.
    if (first !== undefined && last !== undefined)
      this.#desk.store.dispatch({
        type: 'unfolded',
        conversation: chat.open,
        run: { from: run.from, first, last },
      });
    return true;
  }
}
