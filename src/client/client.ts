/**
 * Folder `client`: the client without a screen, which is also the library; it knows no screen, no shell and nothing of the
 * daemon but the protocol.
 */
import { fromHex, hex } from '../protocol/base/bytes.ts';
import { ProtocolError } from '../protocol/base/errors.ts';
import { isEmoji } from '../protocol/base/text.ts';
import { type Content, type ContentRef, encodeContent } from '../protocol/sealed/content.ts';
import { safetyNumber } from '../protocol/sealed/safety-number.ts';
import type { Chat, ChatParts } from './lifecycle.ts';
import { askOverLinks } from './connection/ask-over-links.ts';
import { type HistoryOptions, readHistory, readUnmet } from './conversations/history.ts';
import { withUnsent } from './conversations/list-conversations.ts';
import { ClientError, refusedByDaemon } from './errors.ts';
import type { SignedIn } from './login/sign-in.ts';
import { type ConversationRef, nameOfRecipient } from './notes/conversation-ref.ts';
import { openChat } from './client-parts.ts';
import { shownName } from './people/shown-name.ts';
import type {
  Client,
  ClientEvent,
  Conversation,
  ConversationName,
  FileInfo,
  FileRef,
  Gap,
  LinkState,
  ListedFile,
  Message,
  MessageRef,
  Person,
  TransferOptions,
  TransferState,
} from './types.ts';

/** How long `close` waits for what is under way, in ms. */
const CLOSING_MS = 2000;

export class ChatClient implements Client {
  readonly #signedIn: SignedIn;
  readonly #chat: Chat;
  readonly #parts: ChatParts;

  private constructor(signedIn: SignedIn, chat: Chat) {
    this.#signedIn = signedIn;
    this.#chat = chat;
    this.#parts = chat.parts;
  }

  /** Joins the rooms if needed; the client catches up in the background. */
  static async start(signedIn: SignedIn): Promise<ChatClient> {
    const chat = await openChat(signedIn);
    await chat.begin();
    return new ChatClient(signedIn, chat);
  }

  get me(): Client['me'] {
    const { keyring, daemon } = this.#signedIn;
    return {
      name: keyring.me.name,
      fingerprint: hex(keyring.me.idFp),
      daemon: { address: daemon.address, fingerprint: hex(daemon.fingerprint) },
      device: this.#signedIn.device,
    };
  }

  get link(): LinkState {
    return this.#signedIn.connection.state;
  }

  subscribe(listener: (event: ClientEvent) => void): () => void {
    return this.#parts.announcer.subscribe(listener);
  }

  async conversations(): Promise<Conversation[]> {
    await this.#chat.synced();
    return withUnsent(await this.#parts.conversations.list(), await this.#parts.outboxStore.people());
  }

  people(): Promise<Person[]> {
    return this.#asked(() => this.#parts.people.list());
  }

  async history(
    conversation: ConversationName,
    options: HistoryOptions = {},
  ): Promise<{ messages: Message[]; gaps: Gap[]; more: boolean }> {
    const { reading } = this.#chat;
    let ref: ConversationRef;
    try {
      ref = await this.#parts.addressees.named(conversation);
    } catch (error) {
      return readUnmet(reading, conversation, options, error);
    }
    await this.#chat.synced(ref);
    return this.#asked(async () => readHistory(reading, await this.#parts.conversations.timelinesOf(ref), options));
  }

  async queue(to: ConversationName, body: string, options: { reply?: MessageRef } = {}): Promise<Message> {
    const ref = await this.#parts.addressees.recipientOrUnmet(to);
    return this.#post(ref, await this.#content(ref, body, options.reply));
  }

  async send(to: ConversationName, text: string, options: { until?: 'sent' | 'delivered' } = {}): Promise<Message> {
    const ref = await this.#parts.addressees.recipientOrUnmet(to);
    if (options.until === 'delivered' && ref.kind === 'room')
      throw new ClientError('usage', 'in a room nobody signs a receipt; wait until it is sent');
    const content = await this.#content(ref, text, undefined);
    return (await this.#parts.mine.send(ref, checked(content), { until: options.until ?? 'sent' })).reached;
  }

  async edit(message: Message, text: string): Promise<void> {
    if (message.body.kind === 'file')
      throw new ClientError('usage', 'a file cannot be edited; delete it and send another');
    const ref = await this.#mine(message, 'edited');
    await this.#post(ref, { kind: 'edit', target: fromHex(message.id), text });
  }

  async remove(message: Message): Promise<void> {
    if (message.seq === null && message.state === 'failed') return this.#parts.mine.drop(message);
    const ref = await this.#mine(message, 'deleted');
    await this.#post(ref, { kind: 'delete', target: fromHex(message.id) });
  }

  async react(message: Message, emoji: string, on: boolean): Promise<void> {
    // Reactions of other programs can be taken back, whatever they are.
    if (on && !isEmoji(emoji)) throw new ClientError('usage', 'a reaction is one emoji');
    const ref = await this.#parts.addressees.recipient(message.conversation);
    await this.#post(ref, { kind: 'reaction', to: await this.#known(ref, message), emoji, on });
  }

  async retry(id: string): Promise<void> {
    const { outboxStore, mine } = this.#parts;
    const item = await outboxStore.withId(id);
    if (item?.state !== 'failed') throw new ClientError('refused', 'there is no failed message with this id');
    await mine.retry(await this.#parts.addressees.recipientOrUnmet(nameOfRecipient(item.recipient)), id);
  }

  async markRead(conversation: ConversationName, seq: number): Promise<void> {
    const { conversations } = this.#parts;
    await conversations.markRead(await conversations.named(conversation), seq);
  }

  typing(to: ConversationName): void {
    this.#parts.presence.typing(to);
  }

  async away(on: boolean): Promise<void> {
    await this.#asked(() => this.#parts.presence.away(on));
  }

  reconnect(): void {
    this.#signedIn.connection.retryNow();
  }

  async upload(to: ConversationName, path: string, options: TransferOptions = {}): Promise<FileInfo> {
    const ref = await this.#parts.addressees.recipient(to);
    return this.#asked(() => this.#parts.transfers.uploads.upload(ref, path, options));
  }

  async files(conversation?: ConversationName): Promise<ListedFile[]> {
    const { conversations, transfers } = this.#parts;
    const ref = conversation === undefined ? null : await this.#parts.addressees.named(conversation);
    const list = async () => {
      await this.#chat.synced();
      if (ref === null) return transfers.downloads.list(null);
      const listed: ListedFile[] = [];
      for (const timeline of await conversations.timelinesOf(ref))
        listed.push(...(await transfers.downloads.list(timeline.ref)));
      return listed;
    };
    return this.#asked(() => askOverLinks(() => this.#signedIn.connection.online(), list));
  }

  async download(file: FileRef, options: TransferOptions & { dir: string }): Promise<string> {
    return this.#asked(() => this.#parts.transfers.downloads.download(file, options));
  }

  transfers(): Promise<TransferState[]> {
    return this.#parts.transfers.list();
  }

  async resume(transfer: FileRef, options: TransferOptions & { dir?: string } = {}): Promise<TransferState> {
    return this.#asked(() => this.#parts.transfers.resume(transfer, options));
  }

  pause(transfer: FileRef): Promise<void> {
    return this.#parts.transfers.pause(transfer);
  }

  drop(transfer: FileRef): Promise<void> {
    return this.#parts.transfers.drop(transfer);
  }

  async safetyNumber(name: string): Promise<string> {
    const { keyring } = this.#signedIn;
    return safetyNumber(keyring.me.idFp, await this.#asked(() => keyring.judge(name)));
  }

  async setVerified(name: string, verified: boolean): Promise<void> {
    await this.#asked(() => this.#signedIn.keyring.setVerified(name, verified));
    await this.#parts.people.announce(name);
  }

  async acceptKey(name: string): Promise<void> {
    await this.#asked(() => this.#signedIn.keyring.acceptKey(name));
    await this.#parts.people.announce(name);
    await this.#chat.accepted(name);
  }

  async sessions(): Promise<{ device: number; lastSeen: number; online: boolean; current: boolean }[]> {
    const { devices, sessions } = await this.#asked(() => this.#signedIn.connection.request('sessions', {}));
    return devices.map(({ device, lastSeen, current }) => ({
      device,
      lastSeen,
      online: sessions.some((session) => session.device === device),
      current,
    }));
  }

  async endDevice(device: number | null): Promise<number> {
    return (await this.#asked(() => this.#signedIn.connection.request('device-end', { device }))).ended;
  }

  async passwd(oldPassword: string, newPassword: string): Promise<void> {
    await this.#asked(() => this.#signedIn.passwd(oldPassword, newPassword));
  }

  async close(): Promise<void> {
    await this.#chat.end(CLOSING_MS);
    await this.#signedIn.close();
  }

  async #content(ref: ConversationRef, text: string, reply: MessageRef | undefined): Promise<Content> {
    if (reply === undefined) return { kind: 'text', text };
    return { kind: 'reply', to: await this.#known(ref, reply), text };
  }

  #post(ref: ConversationRef, content: Content): Promise<Message> {
    return this.#parts.mine.queue(ref, checked(content));
  }

  /** A message that the conversation holds. @throws ClientError 'refused' */
  async #known(ref: ConversationRef, message: MessageRef): Promise<ContentRef> {
    if (ref.kind === 'room') await this.#chat.synced(ref);
    await this.#parts.messages.checkStored(ref, message);
    return { author: fromHex(message.author), id: fromHex(message.id) };
  }

  async #mine(message: Message, what: string): Promise<ConversationRef> {
    if (message.from !== this.me.name || message.formerKey)
      throw new ClientError('refused', `only ${shownName(message)} can have this ${what}`);
    const ref = await this.#parts.addressees.recipient(message.conversation);
    await this.#known(ref, message);
    return ref;
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    return ask().catch(refusedByDaemon);
  }
}

/** @throws ClientError 'usage' when the content is too long or malformed */
function checked(content: Content): Content {
  try {
    encodeContent(content);
    return content;
  } catch (error) {
    if (error instanceof ProtocolError) throw new ClientError('usage', error.message);
    throw error;
  }
}
