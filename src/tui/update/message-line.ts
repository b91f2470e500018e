/** The composer's line as a whole: sent, restored, or used for a reply or an edit. */

import { lineOf } from '../command-line/parse-line.ts';
import { editorWith, emptyEditor } from '../state/editor.ts';
import type { Event } from '../state/event.ts';
import { openThread, withThread } from '../state/focus.ts';
import { restoreDraft, stashDraft } from '../state/stashed-draft.ts';
import type { Chat, Thread } from '../state/state.ts';
import { exactText } from '../text/clean.ts';

export function takeLine(chat: Chat, text: string): Chat {
  const thread = openThread(chat);
  const sent = text === '' || thread.sent.at(-1) === text ? thread.sent : [...thread.sent.slice(-199), text];
  return withThread(
    { ...chat, completion: null, typedAt: 0 },
    {
      ...restoreDraft({ ...thread, draft: emptyEditor }),
      sent,
      unsent: emptyEditor,
      anchor: null,
      below: 0,
      locatingUnread: false,
      hasty: false,
    },
  );
}

export function restoreLine(chat: Chat, { conversation, line, since }: Extract<Event, { type: 'returned' }>): Chat {
  const thread = chat.threads[conversation];
  if (thread === undefined || thread.draft !== since || thread.about !== null) return chat;
  return withThread(chat, { ...thread, ...line });
}

export function about(chat: Chat, next: Thread['about']): Chat {
  const thread = openThread(chat);
  if (next?.do !== 'edit') return withThread(chat, { ...restoreDraft(thread), about: next });
  const { body } = next.message;
  const line = editorWith(body.kind === 'file' ? '' : lineOf(exactText(body)));
  return withThread(chat, { ...stashDraft(thread, line), about: next });
}
