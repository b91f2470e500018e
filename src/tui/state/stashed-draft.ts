/** The line is lent to an edit, or to a command that was begun for the person; the draft waits aside and comes back. Pure. */
import { type Editor, emptyEditor } from './editor.ts';
import type { Thread } from './state.ts';

/** What the person wrote there and did not send, wherever it is now. */
export function unsentDraft({ aside, recalled, kept, draft }: Thread): Editor {
  return aside ?? (recalled > 0 ? kept : draft);
}

export function stashDraft(thread: Thread, line: Editor): Thread {
  return { ...thread, about: null, aside: unsentDraft(thread), draft: line, recalled: 0, kept: emptyEditor };
}

export function isStashed({ about, aside }: Thread): boolean {
  return about !== null || aside !== null;
}

/** Nothing is answered or changed any more, and the draft is there again. */
export function restoreDraft(thread: Thread): Thread {
  return { ...thread, about: null, aside: null, draft: thread.aside ?? thread.draft, recalled: 0 };
}
