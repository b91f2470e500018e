/** The part of the library's interface that is about conversations: reading, writing and marking messages. */
import type { Conversation, ConversationName, Gap, Message, MessageRef } from '../types.ts';

/** Methods of `Client`. They throw ClientError; the codes are listed with each method. */
export interface MessageMethods {
  /**
   * Resolves with the conversations that have messages or unsent messages (also to a name that does not exist), the newest first.
   * @example
   * for (const { name, unread } of await client.conversations()) console.log(name, unread);
   */
  conversations(): Promise<Conversation[]>;

  /**
   * Resolves with the newest messages that the options allow, oldest first. Reads the local cache, and fetches what it lacks.
   * @param options `before`: only messages with a lower seq. `limit`: the most messages; default 100. `since`: only messages from
   *   this time on, ms since 1970 UTC
   * @returns `more`: whether there are older messages
   * @throws ClientError 'usage' for a malformed name, 'refused' when there is no such person or room
   * @example
   * const { messages, more } = await client.history('@bob', { limit: 20 });
   * const oldest = messages[0]?.seq;
   * if (more && oldest != null) await client.history('@bob', { before: oldest });
   */
  history(
    conversation: ConversationName,
    options?: { before?: number; limit?: number; since?: number },
  ): Promise<{ messages: Message[]; gaps: Gap[]; more: boolean }>;

  /**
   * Stores a message in the outbox and resolves. Its progress comes as `message` events, and so does the failure when it turns out,
   * after a time without a connection, that the recipient does not exist.
   * @throws ClientError 'usage' when the text is too long or the name malformed; 'refused' when there is no such person or room, the
   *   outbox is full, or the conversation does not hold the message that is replied to; 'key-changed'
   * @example
   * const [question] = (await client.history('@bob', { limit: 1 })).messages;
   * if (question) await client.queue('@bob', 'yes', { reply: question });
   */
  queue(to: ConversationName, body: string, options?: { reply?: MessageRef }): Promise<Message>;

  /**
   * Sends a text. Resolves when the message is stored by the server or, with `until: 'delivered'`, when the other side has signed a
   * receipt. Waits for the connection.
   * @throws ClientError 'usage' when the text is too long, the name malformed, or a receipt is expected in a room; 'refused' when
   *   there is no such person or room, the outbox is full, or the server refuses the message; 'key-changed'; 'unreachable' when the
   *   client is closed; the `code` of the `closed` state when the connection is closed for good
   * @example
   * const { at } = await client.send('@bob', 'hello', { until: 'delivered' });
   * console.log(new Date(at));
   */
  send(to: ConversationName, text: string, options?: { until?: 'sent' | 'delivered' }): Promise<Message>;

  /**
   * Replaces the text of a message of this account. Resolves when the edit is in the outbox.
   * @throws ClientError 'usage' for a file or a text that is too long; 'refused' for a message of somebody else, or one that was not
   *   sent yet; 'key-changed'
   * @example
   * await client.edit(await client.send('@bob', 'helo'), 'hello');
   */
  edit(message: Message, text: string): Promise<void>;

  /**
   * Deletes a message of this account. Resolves when the deletion is in the outbox. A failed message is only removed from the outbox.
   * @throws ClientError 'refused' for a message of somebody else, or one that was not sent yet; 'key-changed'
   * @example
   * await client.remove(await client.send('@bob', 'wrong window'));
   */
  remove(message: Message): Promise<void>;

  /**
   * Adds (`on`) or takes back a reaction. Resolves when it is in the outbox.
   * @throws ClientError 'usage' when the reaction to add is not one emoji; 'refused' when the conversation does not hold the message;
   *   'key-changed'
   * @example
   * for await (const message of listen(client)) await client.react(message, '👍', true);
   */
  react(message: Message, emoji: string, on: boolean): Promise<void>;

  /**
   * Sends a failed message again, as the newest one of its conversation.
   * @param id the message's id
   * @throws ClientError 'refused' when there is no failed message with this id, or no such person or room; 'key-changed'
   * @example
   * const { messages } = await client.history('@bob');
   * for (const { id, state } of messages) if (state === 'failed') await client.retry(id);
   */
  retry(id: string): Promise<void>;

  /**
   * Marks everything up to `seq` as read, on all devices of this account.
   * @throws ClientError 'usage' for a malformed name; 'refused' when there is no such person or room
   * @example
   * for await (const { conversation, seq } of listen(client)) if (seq !== null) await client.markRead(conversation, seq);
   */
  markRead(conversation: ConversationName, seq: number): Promise<void>;

  /**
   * Tells the other side that this person is typing: at most once in 3 seconds, and in private conversations only. Never throws.
   * @example
   * client.typing('@bob');
   */
  typing(to: ConversationName): void;

  /**
   * Resolves with the conversations that this person muted, on any device of this account. The client only stores this: messages
   * arrive as before.
   * @example
   * const muted = new Set(await client.muted());
   * for await (const message of listen(client)) if (!muted.has(message.conversation)) console.log(message.from);
   */
  muted(): Promise<ConversationName[]>;

  /**
   * Mutes a conversation, or with `on` false takes that back, on all devices of this account. Resolves when it is stored here; other
   * devices follow when they and this one are online.
   * @throws ClientError 'usage' for a malformed name; 'refused' when there is no such room
   * @example
   * await client.mute('#lobby', true);
   */
  mute(conversation: ConversationName, on: boolean): Promise<void>;
}
