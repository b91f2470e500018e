/** What the line is for besides something new: an answer, a change, a reaction. The draft that stood there waits meanwhile. */
import { type Editor, editorWith } from '../editor.ts';
import type { AboutMessage } from '../event.ts';
import { openThread, withThread } from '../field.ts';
import type { Chat } from '../state.ts';

/** From now on the line is for `next`; null: for something new again. */
export function begin(chat: Chat, next: AboutMessage | null): Chat {
  const free = end(chat);
  if (next === null) return free;
  const thread = openThread(free);
  const line = lineFor(next);
  if (line === null) return { ...free, about: { ...next, aside: null } };
  return withThread({ ...free, about: { ...next, aside: thread.draft } }, { ...thread, draft: line });
}

/** The line is for something new, and the draft that waited stands in it. */
export function end(chat: Chat): Chat {
  const { about } = chat;
  if (about === null) return chat;
  const free = { ...chat, about: null };
  return about.aside === null ? free : withThread(free, { ...openThread(free), draft: about.aside });
}

/** What is put into the line; null: an answer is written into what stands there. */
function lineFor({ do: what, message: { body } }: AboutMessage): Editor | null {
  if (what === 'react') return editorWith('.react :');
  return what === 'edit' && body.kind !== 'file' ? editorWith(body.text) : null;
}
