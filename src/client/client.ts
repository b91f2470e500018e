/** The client without a screen: what the screen, the shell commands and library users talk to. Its parts do the work. */
import { fromHex, hex } from '../protocol/base/bytes.ts';
import { ProtocolError } from '../protocol/base/errors.ts';
import { isEmoji } from '../protocol/base/text.ts';
import { type Content, type ContentRef, encodeContent } from '../protocol/sealed/content.ts';
import { safetyNumber } from '../protocol/sealed/safety-number.ts';
import type { Chat } from './chat.ts';
import { askOverLinks } from './connection/ask-over-links.ts';
import { type HistoryOptions, readHistory, readUnmet } from './conversations/history.ts';
import { withUnsent } from './conversations/list-conversations.ts';
import { ClientError, refusedByDaemon } from './errors.ts';
import type { SignedIn } from './login/sign-in.ts';
import type { ConversationRef } from './notes/private-notes.ts';
import { openChat } from './open-chat.ts';
import { Addressees } from './outbox/addressees.ts';
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

/** What is under way when the client is closed gets this long. */
const CLOSING_MS = 2000;

export class ChatClient implements Client {
  readonly #signedIn: SignedIn;
  readonly #chat: Chat;
  readonly #addressees: Addressees;

  private constructor(signedIn: SignedIn, chat: Chat) {
    this.#signedIn = signedIn;
    this.#chat = chat;
    const { keyring, connection } = signedIn;
    this.#addressees = new Addressees({
      keyring,
      online: () => connection.online(),
      place: (name) => chat.conversations.place(name),
    });
  }

  /** Joins the lobby if need be; the rest of what is new is taken while the client is used. */
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
    return this.#chat.announcer.subscribe(listener);
  }

  async conversations(): Promise<Conversation[]> {
    await this.#chat.synced();
    return withUnsent(await this.#chat.conversations.list(), await this.#chat.outboxStore.people());
  }

  people(): Promise<Person[]> {
    return this.#asked(() => this.#chat.people.list());
  }

  async history(
    conversation: ConversationName,
    options: HistoryOptions = {},
  ): Promise<{ messages: Message[]; gaps: Gap[]; more: boolean }> {
    const { reading, conversations } = this.#chat;
    let place: ConversationRef;
    try {
      place = await this.#addressees.place(conversation);
    } catch (error) {
      return readUnmet(reading, conversation, options, error);
    }
    await this.#chat.synced(place);
    return this.#asked(async () => readHistory(reading, await conversations.timelinesOf(place), options));
  }

  async queue(to: ConversationName, body: string, options: { reply?: MessageRef } = {}): Promise<Message> {
    const place = await this.#addressees.recipientOrUnmet(to);
    return this.#post(place, await this.#content(place, body, options.reply));
  }

  async send(to: ConversationName, text: string, options: { until?: 'sent' | 'delivered' } = {}): Promise<Message> {
    const place = await this.#addressees.recipientOrUnmet(to);
    if (options.until === 'delivered' && place.with === null)
      throw new ClientError('usage', 'in a room nobody signs a receipt; wait until it is sent');
    const id = this.#chat.newId();
    const reached = this.#chat.waiters.reach(id, options.until ?? 'sent');
    // Queueing may fail first, and then nobody waits.
    reached.catch(() => {});
    await this.#post(place, await this.#content(place, text, undefined), id);
    return reached;
  }

  async edit(message: Message, text: string): Promise<void> {
    if (message.body.kind === 'file')
      throw new ClientError('usage', 'a file cannot be edited; delete it and send another');
    const place = await this.#mine(message, 'edited');
    await this.#post(place, { kind: 'edit', target: fromHex(message.id), text });
  }

  async remove(message: Message): Promise<void> {
    if (message.seq === null && message.state === 'failed') {
      const { conversation, author, id } = message;
      await this.#chat.outboxStore.drop(id);
      return this.#chat.announcer.emit({ type: 'withdrawn', conversation, author, id });
    }
    const place = await this.#mine(message, 'deleted');
    await this.#post(place, { kind: 'delete', target: fromHex(message.id) });
  }

  async react(message: Message, emoji: string, on: boolean): Promise<void> {
    // What another program added can be taken back.
    if (on && !isEmoji(emoji)) throw new ClientError('usage', 'a reaction is one emoji');
    const place = await this.#addressees.recipient(message.conversation);
    await this.#post(place, { kind: 'reaction', to: await this.#known(place, message), emoji, on });
  }

  async retry(id: string): Promise<void> {
    const { outboxStore, outbox } = this.#chat;
    const item = await outboxStore.withId(id);
    if (item?.state !== 'failed') throw new ClientError('refused', 'there is no failed message with this id');
    const place = await this.#addressees.recipientOrUnmet(
      item.recipient.startsWith('#') ? '#lobby' : `@${item.recipient}`,
    );
    await outboxStore.retry(place, id, outbox.device);
    const again = await outboxStore.find(place.key, id);
    if (again !== null) this.#chat.show(place, again, true);
    outbox.kick(place);
  }

  async markRead(conversation: ConversationName, seq: number): Promise<void> {
    const place = await this.#chat.conversations.place(conversation);
    await this.#chat.conversations.markRead(place, seq);
  }

  typing(to: ConversationName): void {
    this.#chat.signs.typing(to);
  }

  async away(on: boolean): Promise<void> {
    await this.#asked(() => this.#chat.signs.away(on));
  }

  reconnect(): void {
    this.#signedIn.connection.retryNow();
  }

  async upload(to: ConversationName, path: string, options: TransferOptions = {}): Promise<FileInfo> {
    const place = await this.#addressees.recipient(to);
    return this.#asked(() => this.#chat.files.upload(place, path, options));
  }

  async files(conversation?: ConversationName): Promise<ListedFile[]> {
    const { conversations, files } = this.#chat;
    const place = conversation === undefined ? null : await this.#addressees.place(conversation);
    const list = async () => {
      await this.#chat.synced();
      if (place === null) return files.list(null);
      const listed: ListedFile[] = [];
      for (const timeline of await conversations.timelinesOf(place)) listed.push(...(await files.list(timeline.place)));
      return listed;
    };
    return this.#asked(() => askOverLinks(() => this.#signedIn.connection.online(), list));
  }

  async download(file: FileRef, options: TransferOptions & { dir: string }): Promise<string> {
    return this.#asked(() => this.#chat.files.download(file, options));
  }

  transfers(): Promise<TransferState[]> {
    return this.#chat.files.begun();
  }

  async resume(transfer: FileRef, options: TransferOptions & { dir?: string } = {}): Promise<TransferState> {
    return this.#asked(() => this.#chat.files.resume(transfer, options, (to) => this.#addressees.recipient(to)));
  }

  pause(transfer: FileRef): Promise<void> {
    return this.#chat.files.pause(transfer);
  }

  drop(transfer: FileRef): Promise<void> {
    return this.#chat.files.drop(transfer);
  }

  async safetyNumber(name: string): Promise<string> {
    const { keyring } = this.#signedIn;
    return safetyNumber(keyring.me.idFp, await this.#asked(() => keyring.judge(name)));
  }

  async setVerified(name: string, verified: boolean): Promise<void> {
    await this.#asked(() => this.#signedIn.keyring.setVerified(name, verified));
    await this.#chat.people.tell(name);
  }

  async acceptKey(name: string): Promise<void> {
    await this.#asked(() => this.#signedIn.keyring.acceptKey(name));
    await this.#chat.people.tell(name);
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

  async #content(place: ConversationRef, text: string, reply: MessageRef | undefined): Promise<Content> {
    if (reply === undefined) return { kind: 'text', text };
    return { kind: 'reply', to: await this.#known(place, reply), text };
  }

  async #post(place: ConversationRef, content: Content, id = this.#chat.newId()): Promise<Message> {
    try {
      encodeContent(content);
    } catch (error) {
      if (error instanceof ProtocolError) throw new ClientError('usage', error.message);
      throw error;
    }
    return this.#chat.post(place, content, id, null);
  }

  /** A message that the conversation holds. @throws ClientError 'refused' */
  async #known(place: ConversationRef, message: MessageRef): Promise<ContentRef> {
    if (place.with === null) await this.#chat.synced(place);
    await this.#chat.messages.checkStored(place, message);
    return { author: fromHex(message.author), id: fromHex(message.id) };
  }

  async #mine(message: Message, what: string): Promise<ConversationRef> {
    if (message.from !== this.me.name || message.formerKey)
      throw new ClientError('refused', `only ${shownName(message)} can have this ${what}`);
    const place = await this.#addressees.recipient(message.conversation);
    await this.#known(place, message);
    return place;
  }

  async #asked<T>(ask: () => Promise<T>): Promise<T> {
    return ask().catch(refusedByDaemon);
  }
}
