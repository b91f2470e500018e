/** The line is lent to an edit, or to a command that was begun for the person; the draft waits aside and comes back. Pure. */
import { type Editor, emptyEditor } from './editor.ts';
import type { Thread } from './state.ts';

/** What the person wrote there and did not send, wherever it is now. */
export function unsentDraft({ stashed, recalled, unsent, draft }: Thread): Editor {
  return stashed ?? (recalled > 0 ? unsent : draft);
}

export function stashDraft(thread: Thread, line: Editor): Thread {
  return { ...thread, about: null, stashed: unsentDraft(thread), draft: line, recalled: 0, unsent: emptyEditor };
}

export function isStashed({ about, stashed }: Thread): boolean {
  return about !== null || stashed !== null;
}

/** Nothing is answered or changed any more, and the draft is there again. */
export function restoreDraft(thread: Thread): Thread {
  return { ...thread, about: null, stashed: null, draft: thread.stashed ?? thread.draft, recalled: 0 };
}
