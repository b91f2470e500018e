/**
 * Folder `chat`: what runs while a person is logged in: client events into the state, history, read marks, transfers; it draws
 * nothing. One login: brings the client's events into the store, sends what is written, and marks what was read.
 */

import type { Client } from '../../client/api/client-api.ts';
import type { ClientEvent, Conversation, ConversationName, Message, TransferState } from '../../client/types.ts';
import type { Clock } from '../../platform/clock.ts';
import { Mutex } from '../../protocol/base/mutex.ts';
import { printable } from '../../protocol/base/safe-text.ts';
import type { Remembered } from '../state/event.ts';
import { chatOf, isLooking, openThread } from '../state/focus.ts';
import { isBlockedConversation } from '../state/muting.ts';
import { countAfter, isUnreadLoaded, lastSeenSeq, READ_EVERY } from '../state/read-position.ts';
import type { Chat, Notice } from '../state/state.ts';
import { cleanEvent, cleanFile, cleanLink } from '../text/clean.ts';
import { firstPart } from '../text/split-message.ts';
import { strings } from '../text/strings.ts';
import type { Store } from '../update/state-store.ts';
import { HistoryLoader } from './history-loader.ts';
import { OwnTyping } from './own-typing.ts';

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
  readonly #history: HistoryLoader;
  readonly #sendMutex = new Mutex();
  #lastChat: Chat | null = null;
  #marking = false;
  #closed = false;

  constructor({ client, store, clock, onMessage }: ChatControllerParts) {
    this.client = client;
    this.#store = store;
    this.#clock = clock;
    this.#onMessage = onMessage;
    this.#ownTyping = new OwnTyping({ client, store, clock });
    this.#history = new HistoryLoader({ client, store, clock, attempt: (action) => this.attempt(action) });
  }

  /**
   * Shows the chat; its history follows.
   * @throws the error of reading people and conversations; then the client is closed
   */
  async begin(drafts: Remembered['drafts']): Promise<void> {
    const { client } = this;
    const [people, conversations, muted, blocked] = await Promise.all([
      client.people(),
      client.conversations(),
      client.muted(),
      client.blocked(),
    ]).catch(async (error: unknown) => {
      await this.end();
      throw error;
    });
    this.#store.dispatch({
      type: 'entered',
      opening: {
        me: client.me,
        link: cleanLink(client.link),
        people,
        conversations,
        open: firstOf(conversations),
        drafts,
        muted,
        blocked,
      },
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
    if (clean.type === 'muted' || clean.type === 'blocked') this.#store.dispatch(clean);
    else this.#store.collect(clean);
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
    this.#history.follow(state, chat);
    if (isLooking(state) && state.overlay === null) this.#markRead();
  };

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

/** Returns the room with the newest message: `conversations` begin with the newest, and a client always lists its rooms. */
function firstOf(conversations: readonly Conversation[]): ConversationName {
  const room = conversations.find(({ name }) => name.startsWith('#')) ?? conversations[0];
  if (room === undefined) throw new Error('the client lists no conversation');
  return room.name;
}
