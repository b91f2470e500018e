/** Opening conversations, and going from one to the next. */
import type { ConversationName } from '../../client/types.ts';
import type { ChatScope } from '../chat/chat-scope.ts';
import { divide, parseConversationName } from '../command-line/parse-line.ts';
import { hasUnread, peopleOf, unknownReason } from '../selectors/selectors.ts';
import { strings } from '../text/strings.ts';
import { type CommandFamily, done, type Result, refused } from './dot-command.ts';
import { stopped } from './targets.ts';

export const conversationCommands = {
  '.msg': { usage: 'NAME [TEXT]', help: 'open a private conversation, or write into it', needs: true, run: message },
  '.join': { usage: '#ROOM', help: 'open a room you are in', needs: true, run: join },
  '.rooms': { usage: '', help: 'rooms you are in', run: (scope) => list(scope, true) },
  '.users': {
    usage: '',
    help: 'all people, with presence and whether you compared their key',
    run: (scope) => list(scope, false),
  },
  '.unread': { usage: '', help: 'next conversation with something unread', run: nextUnread },
  '.next': { usage: '', help: 'next conversation', run: (scope) => step(scope, 1) },
  '.previous': { usage: '', help: 'previous conversation', run: (scope) => step(scope, -1) },
} satisfies CommandFamily;

async function message({ controller }: ChatScope, argument: string): Promise<Result> {
  const [word, text] = divide(argument);
  const name = parseConversationName(word);
  const why = unknownReason(controller.chat, name);
  if (why !== null) return refused(why);
  if (text === '') return opened(controller, name);
  const stop = stopped(controller.chat, name);
  if (stop !== null) return stop;
  const unsent = await controller.send(name, text);
  if (unsent !== null) return refused(unsent.why);
  controller.open(name);
  return done;
}

function join({ controller }: ChatScope, argument: string): Result {
  const name = parseConversationName(argument.startsWith('#') ? argument : `#${argument}`);
  const why = unknownReason(controller.chat, name);
  return why === null ? opened(controller, name) : refused(why);
}

function list({ controller }: ChatScope, areRooms: boolean): Result {
  const all = peopleOf(controller.chat).filter(({ room }) => room === areRooms);
  return { kind: 'conversations', list: all, areRooms };
}

/** Muted conversations come last. */
function nextUnread({ controller }: ChatScope): Result {
  const all = peopleOf(controller.chat);
  const at = all.findIndex((item) => item.open);
  const others = [...all.slice(at + 1), ...all.slice(0, at)];
  const next = others.find(hasUnread) ?? others.find((item) => item.unread > 0);
  return next === undefined ? { kind: 'done', text: strings.notices.noUnread } : opened(controller, next.name);
}

function step({ controller }: ChatScope, by: 1 | -1): Result {
  const all = peopleOf(controller.chat);
  const next = all[(all.findIndex((item) => item.open) + by + all.length) % all.length];
  return next === undefined ? done : opened(controller, next.name);
}

function opened(controller: ChatScope['controller'], conversation: ConversationName): Result {
  const wasOpen = controller.chat.open === conversation;
  controller.open(conversation);
  return { kind: 'opened', conversation, wasOpen };
}
