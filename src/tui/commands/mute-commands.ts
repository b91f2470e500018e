/** Muting conversations and blocking people, on all devices of the account. Nobody else learns of it. */

import type { ChatScope } from '../chat/chat-scope.ts';
import { parseConversationName } from '../command-line/parse-line.ts';
import { selectedRun } from '../messages/folding.ts';
import { unknownReason } from '../selectors/selectors.ts';
import { personOf } from '../state/lookup.ts';
import { strings } from '../text/strings.ts';
import { attempted, type CommandFamily, type Result, refused } from './dot-command.ts';

export const muteCommands = {
  '.mute': {
    usage: '[NAME|#ROOM]',
    help: 'no bell, and not in the unread total, unless you are mentioned; again unmutes',
    run: mute,
  },
  '.block': {
    usage: '[NAME]',
    help: 'hide messages of a person, on all your devices; they still see "delivered"; again unblocks',
    run: (scope, argument) => (argument === '' ? blocked(scope) : block(scope, argument)),
  },
} satisfies CommandFamily;

/** Mutes the named conversation, else the open one; unmutes a muted one. */
async function mute({ controller }: ChatScope, argument: string): Promise<Result> {
  const { chat } = controller;
  const conversation = argument === '' ? chat.open : parseConversationName(argument);
  const on = !chat.muted.has(conversation);
  const why = on ? unknownReason(chat, conversation) : null;
  if (why !== null) return refused(why);
  return attempted(async () => {
    await controller.client.mute(conversation, on);
    return { kind: 'done', text: strings.notices[on ? 'muted' : 'unmuted'](conversation) };
  });
}

/** Blocks the named person; unblocks a blocked one. */
async function block({ controller }: ChatScope, argument: string): Promise<Result> {
  const { chat } = controller;
  const name = argument.replace(/^@/, '');
  const on = !chat.blocked.has(name);
  if (name === chat.me.name) return refused(strings.notices.isMe);
  if (on && personOf(chat, name) === undefined) return refused(strings.notices.unknownPerson(argument));
  return attempted(async () => {
    await controller.client.block(name, on);
    return { kind: 'done', text: strings.notices[on ? 'blocked' : 'unblocked'](name) };
  });
}

function blocked({ controller }: ChatScope): Result {
  const names = [...controller.chat.blocked].sort();
  return names.length === 0 ? { kind: 'done', text: strings.notices.nobodyBlocked } : { kind: 'blocked', names };
}

/** Shows the folded messages at the selected place. Returns false when none are folded there. */
export function unfoldSelected({ store, controller }: ChatScope): boolean {
  const { chat } = controller;
  const run = selectedRun(chat);
  if (run === null) return false;
  const seqs =
    chat.threads[chat.open]?.messages.slice(run.start, run.start + run.count).flatMap(({ seq }) => seq ?? []) ?? [];
  const [first, last] = [seqs[0], seqs.at(-1)];
  // A message without a place is shown once it has one.
  if (first !== undefined && last !== undefined)
    store.dispatch({ type: 'unfolded', conversation: chat.open, run: { from: run.from, first, last } });
  return true;
}
