/** The line is lent to an edit, or to a command that was begun for the person; the draft waits aside and comes back. Pure. */
import { type Editor, emptyEditor } from './editor.ts';
import type { Thread } from './state.ts';

/** What the person wrote there and did not send, wherever it is now. */
export function unsent({ aside, recalled, kept, draft }: Thread): Editor {
  return aside ?? (recalled > 0 ? kept : draft);
}

export function lend(thread: Thread, line: Editor): Thread {
  return { ...thread, about: null, aside: unsent(thread), draft: line, recalled: 0, kept: emptyEditor };
}

export function isLent({ about, aside }: Thread): boolean {
  return about !== null || aside !== null;
}

/** Nothing is answered or changed any more, and the draft is there again. */
export function takeBack(thread: Thread): Thread {
  return { ...thread, about: null, aside: null, draft: thread.aside ?? thread.draft, recalled: 0 };
}
