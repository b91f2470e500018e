/** What a person does with messages: sending, editing, deleting, reacting and retrying, by the names of conversations. */
import { fromHex } from '../protocol/base/bytes.ts';
import { ProtocolError } from '../protocol/base/errors.ts';
import { isEmoji } from '../protocol/base/safe-text.ts';
import { type Content, type ContentRef, encodeContent } from '../protocol/sealed/content.ts';
import type { MessageMethods } from './api/message-methods.ts';
import type { ClientParts } from './client-parts.ts';
import { ClientError } from './errors.ts';
import { type ConversationRef, nameOfRecipient } from './notes/conversation-ref.ts';
import { shownName } from './people/shown-name.ts';
import type { ConversationName, Message, MessageRef } from './types.ts';

type Parts = Pick<ClientParts, 'context' | 'recipients' | 'myMessages' | 'messages' | 'outboxStore' | 'sync'>;

/** Throws as the methods of `Client` with these names. */
export class MessageActions implements Pick<MessageMethods, 'queue' | 'send' | 'edit' | 'remove' | 'react' | 'retry'> {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async queue(to: ConversationName, body: string, options: { reply?: MessageRef } = {}): Promise<Message> {
    const ref = await this.#parts.recipients.recipientOrUnresolved(to);
    if (options.reply === undefined) return this.#post(ref, { kind: 'text', text: body });
    return this.#post(ref, { kind: 'reply', to: await this.#storedRef(ref, options.reply), text: body });
  }

  async send(to: ConversationName, text: string, options: { until?: 'sent' | 'delivered' } = {}): Promise<Message> {
    const ref = await this.#parts.recipients.recipientOrUnresolved(to);
    if (options.until === 'delivered' && ref.kind === 'room')
      throw new ClientError('usage', 'messages in a room get no receipts; wait until it is sent');
    const content = checkedContent({ kind: 'text', text });
    return (await this.#parts.myMessages.send(ref, content, { until: options.until ?? 'sent' })).reached;
  }

  async edit(message: Message, text: string): Promise<void> {
    if (message.body.kind === 'file')
      throw new ClientError('usage', 'a file cannot be edited; delete it and send another');
    const ref = await this.#ownMessage(message, 'edit');
    await this.#post(ref, { kind: 'edit', target: fromHex(message.id), text });
  }

  async remove(message: Message): Promise<void> {
    if (message.seq === null && message.state === 'failed') return this.#parts.myMessages.drop(message);
    const ref = await this.#ownMessage(message, 'delete');
    await this.#post(ref, { kind: 'delete', target: fromHex(message.id) });
  }

  async react(message: Message, emoji: string, on: boolean): Promise<void> {
    // A reaction that another program sent may be any text, and can be taken back.
    if (on && !isEmoji(emoji)) throw new ClientError('usage', 'a reaction is one emoji');
    const ref = await this.#parts.recipients.recipient(message.conversation);
    await this.#post(ref, { kind: 'reaction', to: await this.#storedRef(ref, message), emoji, on });
  }

  async retry(id: string): Promise<void> {
    const { outboxStore, myMessages, recipients } = this.#parts;
    const item = await outboxStore.withId(id);
    if (item?.state !== 'failed') throw new ClientError('refused', 'there is no failed message with this id');
    await myMessages.retry(await recipients.recipientOrUnresolved(nameOfRecipient(item.recipient)), id);
  }

  #post(ref: ConversationRef, content: Content): Promise<Message> {
    return this.#parts.myMessages.queue(ref, checkedContent(content));
  }

  /** Returns the reference to a message that the conversation holds. @throws ClientError 'refused' when it does not */
  async #storedRef(ref: ConversationRef, message: MessageRef): Promise<ContentRef> {
    if (ref.kind === 'room') await this.#parts.sync.synced(ref);
    await this.#parts.messages.checkStored(ref, message);
    return { author: fromHex(message.author), id: fromHex(message.id) };
  }

  /** Returns the conversation of a stored message of this account. @throws ClientError 'refused' @param what a verb, for the error */
  async #ownMessage(message: Message, what: string): Promise<ConversationRef> {
    if (message.from !== this.#parts.context.keyring.me.name || message.formerKey)
      throw new ClientError('refused', `only ${shownName(message)} can ${what} this message`);
    const ref = await this.#parts.recipients.recipient(message.conversation);
    await this.#storedRef(ref, message);
    return ref;
  }
}

/** Returns `content`. @throws ClientError 'usage' when it is too long or malformed */
function checkedContent(content: Content): Content {
  try {
    encodeContent(content);
    return content;
  } catch (error) {
    if (error instanceof ProtocolError) throw new ClientError('usage', error.message);
    throw error;
  }
}
