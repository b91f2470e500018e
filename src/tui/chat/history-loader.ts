/** Fetches the history that the window, the line "new" and a search need. */

import type { Client } from '../../client/api/client-api.ts';
import { ClientError } from '../../client/errors.ts';
import type { ConversationName } from '../../client/types.ts';
import type { Clock } from '../../platform/clock.ts';
import { viewOf } from '../messages/viewport.ts';
import { loadedCount, lookOf } from '../selectors/selectors.ts';
import { textOf } from '../state/editor.ts';
import { chatOf, openThread } from '../state/focus.ts';
import { MAX_LOADED } from '../state/message-list.ts';
import { isBlockedConversation } from '../state/muting.ts';
import type { Chat, State, Thread } from '../state/state.ts';
import { cleanMessage } from '../text/clean.ts';
import { strings } from '../text/strings.ts';
import type { Store } from '../update/state-store.ts';

const FIRST_PAGE = 100;
const PAGE = 200;
/** Unread messages are fetched in pages of this size, and no further back than UNREAD_MAX messages. */
const UNREAD_PAGE = 500;
const UNREAD_MAX = 3000;
/** With fewer loaded messages than this above the window, older ones are fetched. */
const AHEAD = 60;
/** Most messages that are fetched, before the person scrolls, to fill a window in which much is folded. */
const FOLDED_AHEAD = 1000;
/** History that could not be fetched with a link is tried once more after this time. ms. */
const RETRY_AFTER = 5000;

export type HistoryLoaderParts = {
  client: Pick<Client, 'history' | 'link'>;
  store: Store;
  clock: Clock;
  /** Runs `action` and shows a notice when it fails. Resolves to whether it worked. */
  attempt(action: () => Promise<unknown>): Promise<boolean>;
};

export class HistoryLoader {
  readonly #client: HistoryLoaderParts['client'];
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #attempt: HistoryLoaderParts['attempt'];
  readonly #retried = new Set<ConversationName>();

  constructor({ client, store, clock, attempt }: HistoryLoaderParts) {
    this.#client = client;
    this.#store = store;
    this.#clock = clock;
    this.#attempt = attempt;
  }

  /** Call it after each change of the state. */
  follow(state: State, chat: Chat): void {
    const thread = openThread(chat);
    if (thread.loaded === 'no')
      void this.#load(
        thread.name,
        Math.max(FIRST_PAGE, thread.locatingUnread ? Math.min(UNREAD_PAGE, thread.unread) : 0),
      );
    else if (thread.locatingUnread && thread.loaded === 'yes') this.#loadUnread(thread);
    else if (thread.loaded === 'yes' && thread.more && looksFurther(chat, thread)) {
      const { look, height } = lookOf(state);
      const first = thread.messages[0]?.seq ?? null;
      if (viewOf(thread, look, height).above < AHEAD && first !== null) void this.#load(thread.name, PAGE, first);
    }
    const older = state.overlay?.kind === 'search' ? toSearch(chat, textOf(state.overlay.query)) : null;
    if (older !== null) void this.#load(older.name, PAGE, older.messages[0]?.seq ?? undefined);
  }

  /** Fetches back to the first unread message. */
  #loadUnread({ name, messages }: Thread): void {
    const first = messages[0]?.seq ?? null;
    if (first === null || messages.length >= UNREAD_MAX)
      this.#store.dispatch({ type: 'unread-too-old', conversation: name });
    else void this.#load(name, UNREAD_PAGE, first);
  }

  async #load(conversation: ConversationName, limit: number, before?: number): Promise<void> {
    this.#store.dispatch({ type: 'loading', conversation });
    const generation = this.#generationOf(conversation);
    const isStale = () => this.#generationOf(conversation) !== generation;
    const read = () => this.#client.history(conversation, before === undefined ? { limit } : { limit, before });
    const worked = await this.#attempt(async () => {
      const { messages, gaps, more } = await read();
      if (isStale()) return;
      // Without a link the cache has no more; it is asked again when the link is back.
      if (messages.length === 0 && more) {
        this.#store.dispatch({ type: 'unread-too-old', conversation });
        throw new ClientError('unreachable', strings.messages.unavailable(this.#client.link));
      }
      this.#store.dispatch({ type: 'history', conversation, messages: messages.map(cleanMessage), gaps, more });
    });
    if (worked) this.#retried.delete(conversation);
    else if (!isStale()) this.#failed(conversation);
  }

  #failed(conversation: ConversationName): void {
    this.#store.dispatch({ type: 'thread', conversation, change: { loaded: 'failed' } });
    if (this.#client.link.state !== 'online' || this.#retried.has(conversation)) return;
    this.#retried.add(conversation);
    this.#clock.after(RETRY_AFTER, () => this.#store.dispatch({ type: 'retried', conversation }));
  }

  #generationOf(conversation: ConversationName): number | undefined {
    return chatOf(this.#store.get())?.threads[conversation]?.generation;
  }
}

/** Whether older messages are needed: the window is scrolled up, or folded messages leave it nearly empty. */
function looksFurther({ blocked }: Chat, { name, anchor, messages }: Thread): boolean {
  return (
    anchor !== null || (blocked.size > 0 && messages.length < FOLDED_AHEAD && !isBlockedConversation(blocked, name))
  );
}

/**
 * The next conversation to fetch a page of during a search: the open one first. null when nothing is left, or when MAX_LOADED
 * messages are loaded.
 */
function toSearch(chat: Chat, query: string): Thread | null {
  const threads = [openThread(chat), ...Object.values(chat.threads)];
  const isFull = loadedCount(chat) + PAGE > MAX_LOADED;
  if (query.trim() === '' || threads.some((thread) => thread.loaded === 'loading') || isFull) return null;
  const lacks = ({ loaded, more, head, messages }: Thread) =>
    loaded === 'yes' ? more && messages[0]?.seq != null : loaded === 'no' && head > 0;
  return threads.find(lacks) ?? null;
}
