/** What is held of a conversation, and what is to be fetched for it. */
import type { Thread } from '../state.ts';

/** The same conversation, to be loaded again: what is held of it, and what was asked for, no longer fits. */
export function afresh(thread: Thread): Thread {
  return {
    ...thread,
    messages: [],
    gaps: [],
    loaded: 'no',
    generation: thread.generation + 1,
    more: false,
    anchor: null,
    below: 0,
    seeking: false,
    newAfter: null,
    selected: null,
  };
}

/** What could not be fetched is fetched when it is looked at. */
export function again(thread: Thread): Thread {
  return thread.loaded === 'failed' ? { ...thread, loaded: thread.messages.length > 0 ? 'yes' : 'no' } : thread;
}
