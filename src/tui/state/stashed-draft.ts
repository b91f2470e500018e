/**
 * While the composer is used for an edit, or for a command that the program started, the draft is stashed and restored later.
 * Pure.
 */
import { type Editor, emptyEditor } from './editor.ts';
import type { Thread } from './state.ts';

/** The draft of a conversation, wherever it is now. */
export function unsentDraft({ stashed, recalled, unsent, draft }: Thread): Editor {
  return stashed ?? (recalled > 0 ? unsent : draft);
}

export function stashDraft(thread: Thread, line: Editor): Thread {
  return { ...thread, about: null, stashed: unsentDraft(thread), draft: line, recalled: 0, unsent: emptyEditor };
}

export function isStashed({ about, stashed }: Thread): boolean {
  return about !== null || stashed !== null;
}

/** Ends a reply or an edit and restores the draft. */
export function restoreDraft(thread: Thread): Thread {
  return { ...thread, about: null, stashed: null, draft: thread.stashed ?? thread.draft, recalled: 0 };
}
