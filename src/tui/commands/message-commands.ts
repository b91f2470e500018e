/** What is done with messages: answering, changing, deleting, reacting, finding. */
import type { Message } from '../../client/types.ts';
import type { ChatScope } from '../chat/chat-scope.ts';
import { linksIn } from '../selectors/search.ts';
import { editorWith } from '../state/editor.ts';
import { openThread } from '../state/focus.ts';
import { isBlockedConversation } from '../state/muting.ts';
import { emojiFor } from '../text/emoji.ts';
import { strings } from '../text/strings.ts';
import { findLinks } from '../text/text-links.ts';
import { attempted, type CommandFamily, done, type Result, refused } from './dot-command.ts';
import { ownTarget, stopped, targetMessage } from './targets.ts';

export const messageCommands = {
  '.reply': { usage: 'TEXT', help: 'answer the chosen or newest message of another', needs: true, run: reply },
  '.edit': { usage: '[TEXT]', help: 'change your chosen or newest message', run: edit },
  '.delete': { usage: '', help: 'delete your chosen or newest message', run: askToDelete },
  '.react': {
    usage: 'EMOJI',
    help: 'react to the chosen or newest message; again takes it back',
    needs: true,
    run: react,
  },
  '.retry': { usage: '', help: 'send again what failed', run: retry },
  '.search': { usage: '[TEXT]', help: 'search messages', run: (_, query) => ({ kind: 'search', query }) },
  '.copy': { usage: '', help: 'copy the chosen or newest message', run: copy },
  '.links': { usage: '', help: 'links of this conversation, to copy or to open', run: links },
} satisfies CommandFamily;

/** Without text, as the key `r` runs it, the line is for the answer from now on. */
async function reply({ store, controller }: ChatScope, text: string): Promise<Result> {
  const message = targetMessage(controller.chat);
  if (message === null) return refused(strings.notices.noMessage);
  if (text === '') {
    store.dispatch({ type: 'about', about: { do: 'reply', message } });
    return done;
  }
  const stop = stopped(controller.chat);
  if (stop !== null) return stop;
  const unsent = await controller.send(controller.chat.open, text, message);
  return unsent === null ? done : refused(unsent.why);
}

function edit({ store, controller }: ChatScope, text: string): Result | Promise<Result> {
  const message = ownTarget(controller.chat);
  if ('kind' in message) return message;
  if (text !== '') return changeText({ controller }, message, text);
  store.dispatch({ type: 'about', about: { do: 'edit', message } });
  return done;
}

export function changeText({ controller }: Pick<ChatScope, 'controller'>, message: Message, text: string) {
  return attempted(async () => {
    await controller.client.edit(message, text);
    return done;
  });
}

function askToDelete({ controller }: ChatScope): Result {
  const message = ownTarget(controller.chat);
  return 'kind' in message ? message : { kind: 'asks', question: { ask: 'delete', message } };
}

/** After the person said yes. */
export function deleteMessage({ controller }: Pick<ChatScope, 'controller'>, message: Message): Promise<Result> {
  return attempted(async () => {
    await controller.client.remove(message);
    return done;
  });
}

/** Without an emoji, as the key `+` runs it, the command is begun in the line. */
function react({ store, controller }: ChatScope, word: string): Result | Promise<Result> {
  const message = targetMessage(controller.chat);
  if (message === null) return refused(strings.notices.noMessage);
  if (word === '') {
    store.dispatch({ type: 'command-started', editor: editorWith('.react :') });
    return done;
  }
  return attempted(async () => {
    const { emoji, near } = await emojiFor(word);
    if (emoji === null) return refused(strings.notices.noEmoji(word, near));
    const isOn = !(message.reactions[emoji] ?? []).includes(controller.chat.me.name);
    await controller.client.react(message, emoji, isOn);
    return { kind: 'reacted', message, emoji, isOn };
  });
}

function retry({ controller }: ChatScope): Result {
  const { chat } = controller;
  const stop = isBlockedConversation(chat.blocked, chat.open) ? stopped(chat) : null;
  if (stop !== null) return stop;
  const failed = openThread(chat).messages.filter((message) => message.state === 'failed');
  if (failed.length === 0) return { kind: 'done', text: strings.notices.nothingFailed };
  for (const message of failed) void controller.attempt(() => controller.client.retry(message.id));
  return done;
}

function copy({ controller }: ChatScope): Result {
  const message = targetMessage(controller.chat);
  if (message === null) return refused(strings.notices.noMessage);
  return { kind: 'copy', text: message.body.kind === 'file' ? message.body.file.name : message.body.text };
}

function links({ controller }: ChatScope): Result {
  const found = linksIn(controller.chat, findLinks);
  return found.length === 0 ? { kind: 'done', text: strings.notices.noLinks } : { kind: 'links', links: found };
}
