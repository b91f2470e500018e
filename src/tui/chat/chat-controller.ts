/**
 * Folder `chat`: what runs while somebody is logged in: client events into the state, history, read marks, transfers; it draws
 * nothing. One login: brings the client's events into the store, fetches the history that the window needs, and sends what is
 * written.
 */

import { ClientError } from '../../client/errors.ts';
import type { Client, ClientEvent, ConversationName, Message, TransferState } from '../../client/types.ts';
import type { Clock } from '../../platform/clock.ts';
import { Mutex } from '../../protocol/base/mutex.ts';
import { printable } from '../../protocol/base/text.ts';
import { viewOf } from '../messages/viewport.ts';
import { loadedCount, lookOf } from '../select/select.ts';
import { textOf } from '../state/editor.ts';
import type { Remembered } from '../state/event.ts';
import { chatOf, openThread } from '../state/focus.ts';
import { MAX_LOADED } from '../state/message-list.ts';
import { isBlockedConversation } from '../state/muting.ts';
import { countAfter, isUnreadLoaded, lastSeenSeq, READ_EVERY } from '../state/read-position.ts';
import type { Chat, Notice, Thread } from '../state/state.ts';
import { cleanEvent, cleanFile, cleanLink, cleanMessage } from '../text/clean.ts';
import { firstPart } from '../text/split-message.ts';
import { strings } from '../text/strings.ts';
import type { Store } from '../update/state-store.ts';
import { OwnTyping } from './own-typing.ts';

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

const nobody: ReadonlySet<string> = new Set();

export type ChatControllerParts = {
  client: Client;
  store: Store;
  clock: Clock;
  /** Called for each new message of another person, for bell and desktop notifications. */
  onMessage(message: Message): void;
};

/** The text that could not be queued, and why. */
export type Unsent = { left: string; why: string };

export class ChatController {
  readonly client: Client;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #onMessage: (message: Message) => void;
  readonly #ends: (() => void)[] = [];
  readonly #ownTyping: OwnTyping;
  readonly #sendMutex = new Mutex();
  #lastChat: Chat | null = null;
  readonly #retried = new Set<ConversationName>();
  #marking = false;
  #closed = false;

  constructor({ client, store, clock, onMessage }: ChatControllerParts) {
    this.client = client;
    this.#store = store;
    this.#clock = clock;
    this.#onMessage = onMessage;
    this.#ownTyping = new OwnTyping({ client, store, clock });
  }

  /**
   * Shows the chat; its history follows.
   * @throws the error of reading people and conversations; then the client is closed
   */
  async begin(remembered: Remembered): Promise<void> {
    const { client } = this;
    const [people, conversations] = await Promise.all([client.people(), client.conversations()]).catch(
      async (error: unknown) => {
        await this.end();
        throw error;
      },
    );
    this.#store.dispatch({
      type: 'entered',
      opening: { me: client.me, link: cleanLink(client.link), people, conversations, ...remembered },
    });
    this.#ends.push(client.subscribe(this.#onEvent));
    this.#ends.push(this.#store.subscribe(this.#follow));
    this.#follow();
  }

  /** Fetches the list of files. Resolves when it is there, or while there is no link. */
  async listFiles(): Promise<void> {
    const { client } = this;
    const files = this.attempt(async () =>
      this.#store.dispatch({ type: 'files', files: (await client.files()).map(cleanFile) }),
    );
    await Promise.race([files, this.#offline()]);
  }

  async #offline(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => void (this.client.link.state === 'online' || resolve());
    this.#ends.push(this.client.subscribe(look));
    look();
    await promise;
  }

  /** Closes the client, which gives requests under way a moment to finish. */
  async end(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const end of this.#ends) end();
    this.#ownTyping.end();
    await this.client.close();
  }

  /** The chat; after the person left, its last state, for requests that are still under way. */
  get chat(): Chat {
    const chat = chatOf(this.#store.get()) ?? this.#lastChat;
    if (chat === null) throw new Error('the session has no chat yet');
    return chat;
  }

  notify(text: string, tone: Notice['tone'] = 'info'): void {
    this.#store.dispatch({ type: 'notice', notice: { text: printable(text), tone } });
  }

  /** Shows why something was not done. Returns false, so that a caller can return whether it was done. */
  refuse(text: string): false {
    this.notify(text, 'bad');
    return false;
  }

  /** Removes the notice with this text, if it is still shown. */
  clearNotice(text: string): void {
    if (this.#store.get().notice?.text === printable(text)) this.#store.dispatch({ type: 'notice', notice: null });
  }

  /** Runs `action` and shows a notice when it fails. Resolves to whether it worked. */
  async attempt(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      if (!this.#closed) this.notify(error instanceof Error ? error.message : String(error), 'bad');
      return false;
    }
  }

  /** Applies transfers as if the client had reported them. */
  show(transfers: readonly TransferState[]): void {
    this.#store.dispatch({
      type: 'client-events',
      events: transfers.map((transfer) => cleanEvent({ type: 'transfer', transfer })),
    });
  }

  open(conversation: ConversationName): void {
    this.#store.dispatch({ type: 'opened', conversation });
  }

  /**
   * Queues `text` for `to`, after what was sent before. A text longer than a message goes in several, broken at lines where
   * possible. The answer is an event of the client. Sending ends `.away`. Resolves to null when all of it is queued.
   */
  send(to: ConversationName, text: string, reply?: Message): Promise<Unsent | null> {
    const options = reply === undefined ? {} : { reply: { author: reply.author, id: reply.id } };
    return this.#sendMutex.run(async () => {
      let left = text;
      try {
        while (left !== '') {
          const [part, rest] = firstPart(left);
          await this.client.queue(to, part, options);
          left = rest;
        }
      } catch (error) {
        return { left, why: error instanceof Error ? error.message : String(error) };
      }
      await this.endAway();
      return null;
    });
  }

  /** Tells everybody that I am away, or back. @throws the error of the client */
  async setAway(away: boolean): Promise<void> {
    await this.client.away(away);
    this.#store.dispatch({ type: 'away', away });
    this.notify(away ? strings.notices.away : strings.notices.back);
  }

  /** Does nothing when I am not away. */
  async endAway(): Promise<void> {
    if (chatOf(this.#store.get())?.away === true) await this.attempt(() => this.setAway(false));
  }

  readonly #onEvent = (event: ClientEvent): void => {
    const clean = cleanEvent(event);
    this.#store.collect(clean);
    if (clean.type === 'message' && clean.fresh && clean.message.from !== this.client.me.name)
      this.#onMessage(clean.message);
  };

  /** After each change of the state: fetches history for the window, and sends the read position. */
  readonly #follow = (): void => {
    const state = this.#store.get();
    const chat = chatOf(state);
    if (chat === null || this.#closed) return;
    this.#lastChat = chat;
    this.#ownTyping.follow(state, chat);
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
    if (state.watched && state.overlay === null) this.#markRead();
  };

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
    const read = () => this.client.history(conversation, before === undefined ? { limit } : { limit, before });
    const worked = await this.attempt(async () => {
      const { messages, gaps, more } = await read();
      if (isStale()) return;
      // Without a link the cache has no more; it is asked again when the link is back.
      if (messages.length === 0 && more) {
        this.#store.dispatch({ type: 'unread-too-old', conversation });
        throw new ClientError('unreachable', strings.messages.unavailable(this.client.link));
      }
      this.#store.dispatch({ type: 'history', conversation, messages: messages.map(cleanMessage), gaps, more });
    });
    if (worked) this.#retried.delete(conversation);
    else if (!isStale()) this.#failed(conversation);
  }

  #failed(conversation: ConversationName): void {
    this.#store.dispatch({ type: 'thread', conversation, change: { loaded: 'failed' } });
    if (this.client.link.state !== 'online' || this.#retried.has(conversation)) return;
    this.#retried.add(conversation);
    this.#clock.after(RETRY_AFTER, () => this.#store.dispatch({ type: 'retried', conversation }));
  }

  #generationOf(conversation: ConversationName): number | undefined {
    return chatOf(this.#store.get())?.threads[conversation]?.generation;
  }

  #markRead(): void {
    const thread = openThread(this.chat);
    // Unread messages that are not loaded were not seen, and a read position would include them.
    if (thread.locatingUnread || (thread.anchor !== null && !isUnreadLoaded(thread))) return;
    const isAll = thread.anchor === null;
    const seq = Math.max(lastSeenSeq(thread), isAll && thread.unread > 0 && thread.loaded === 'yes' ? thread.head : 0);
    if (
      this.#marking ||
      seq <= thread.read ||
      thread.loaded !== 'yes' ||
      isBlockedConversation(this.chat.blocked, thread.name)
    )
      return;
    this.#marking = true;
    const { name } = thread;
    const unread = isAll ? 0 : countAfter(thread, seq, { me: this.chat.me, blocked: nobody });
    this.#store.dispatch({ type: 'thread', conversation: name, change: { read: seq, unread } });
    void this.client.markRead(name, seq).catch(() => {});
    this.#clock.after(READ_EVERY, () => {
      this.#marking = false;
      this.#follow();
    });
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
