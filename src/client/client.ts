/**
 * Folder `client`: the client without a screen, which is also the library; it knows no screen, no shell and nothing of the
 * daemon but the protocol.
 */

import { safetyNumber } from '../protocol/account/safety-number.ts';
import { hex } from '../protocol/base/bytes.ts';
import type { Client } from './api/client-api.ts';
import { type ClientParts, openParts } from './client-parts.ts';
import { repeatOnReconnect } from './connection/repeat-on-reconnect.ts';
import { type HistoryOptions, readHistory, readUnresolved } from './conversations/history.ts';
import { addUnsent } from './conversations/list-conversations.ts';
import { throwClientError } from './errors.ts';
import type { ExportRequest, MadeExport } from './export-types.ts';
import { makeExport } from './key-export/make-export.ts';
import { ClientLifecycle } from './lifecycle.ts';
import { rotateKeys } from './login/account-changes.ts';
import type { SignedIn } from './login/sign-in.ts';
import { MessageActions } from './message-actions.ts';
import type { ConversationRef } from './notes/conversation-ref.ts';
import type {
  ClientEvent,
  Conversation,
  ConversationName,
  Device,
  EndedDevices,
  FileInfo,
  FileRef,
  Gap,
  LinkState,
  ListedFile,
  Message,
  MessageRef,
  Person,
  ProfileLock,
  TransferOptions,
  TransferState,
} from './types.ts';

/** How long `close` waits for work in progress, in ms. */
const CLOSING_MS = 2000;

export class ChatClient implements Client {
  readonly #signedIn: SignedIn;
  readonly #lifecycle: ClientLifecycle;
  readonly #parts: ClientParts;
  readonly #messages: MessageActions;

  private constructor(signedIn: SignedIn, lifecycle: ClientLifecycle) {
    this.#signedIn = signedIn;
    this.#lifecycle = lifecycle;
    this.#parts = lifecycle.parts;
    this.#messages = new MessageActions(lifecycle.parts);
  }

  /** Joins the rooms if needed; the client catches up in the background. @throws as openParts */
  static async start(signedIn: SignedIn): Promise<ChatClient> {
    const lifecycle = new ClientLifecycle(await openParts(signedIn));
    await lifecycle.start();
    return new ChatClient(signedIn, lifecycle);
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

  get profile(): string {
    return this.#signedIn.profile.dir;
  }

  get link(): LinkState {
    return this.#signedIn.connection.state;
  }

  subscribe(listener: (event: ClientEvent) => void): () => void {
    return this.#parts.announcer.subscribe(listener);
  }

  async conversations(): Promise<Conversation[]> {
    await this.#lifecycle.synced();
    return addUnsent(await this.#parts.conversations.list(), await this.#parts.outboxStore.people());
  }

  people(): Promise<Person[]> {
    return this.#withClientErrors(() => this.#parts.people.list());
  }

  async history(
    conversation: ConversationName,
    options: HistoryOptions = {},
  ): Promise<{ messages: Message[]; gaps: Gap[]; more: boolean }> {
    const { historyParts } = this.#lifecycle;
    let ref: ConversationRef;
    try {
      ref = await this.#parts.recipients.conversation(conversation);
    } catch (error) {
      return readUnresolved(historyParts, conversation, options, error);
    }
    await this.#lifecycle.synced(ref);
    return this.#withClientErrors(async () =>
      readHistory(historyParts, await this.#parts.conversations.timelinesOf(ref), options),
    );
  }

  queue(to: ConversationName, body: string, options: { reply?: MessageRef } = {}): Promise<Message> {
    return this.#messages.queue(to, body, options);
  }

  send(to: ConversationName, text: string, options: { until?: 'sent' | 'delivered' } = {}): Promise<Message> {
    return this.#messages.send(to, text, options);
  }

  edit(message: Message, text: string): Promise<void> {
    return this.#messages.edit(message, text);
  }

  remove(message: Message): Promise<void> {
    return this.#messages.remove(message);
  }

  react(message: Message, emoji: string, on: boolean): Promise<void> {
    return this.#messages.react(message, emoji, on);
  }

  retry(id: string): Promise<void> {
    return this.#messages.retry(id);
  }

  async markRead(conversation: ConversationName, seq: number): Promise<void> {
    const { conversations } = this.#parts;
    await conversations.markRead(await conversations.named(conversation), seq);
  }

  typing(to: ConversationName): void {
    this.#parts.presence.typing(to);
  }

  async away(on: boolean): Promise<void> {
    await this.#withClientErrors(() => this.#parts.presence.away(on));
  }

  reconnect(): void {
    this.#signedIn.connection.retryNow();
  }

  async upload(to: ConversationName, path: string, options: TransferOptions = {}): Promise<FileInfo> {
    const ref = await this.#parts.recipients.recipient(to);
    return this.#withClientErrors(() => this.#parts.transfers.uploads.upload(ref, path, options));
  }

  async files(conversation?: ConversationName): Promise<ListedFile[]> {
    const { conversations, transfers } = this.#parts;
    const ref = conversation === undefined ? null : await this.#parts.recipients.conversation(conversation);
    const list = async () => {
      await this.#lifecycle.synced();
      if (ref === null) return transfers.downloads.list(null);
      const listed: ListedFile[] = [];
      for (const timeline of await conversations.timelinesOf(ref))
        listed.push(...(await transfers.downloads.list(timeline.ref)));
      return listed;
    };
    return this.#withClientErrors(() => repeatOnReconnect(() => this.#signedIn.connection.online(), list));
  }

  async download(file: FileRef, options: TransferOptions & { dir: string }): Promise<string> {
    return this.#withClientErrors(() => this.#parts.transfers.downloads.download(file, options));
  }

  transfers(): Promise<TransferState[]> {
    return this.#parts.transfers.list();
  }

  async resume(transfer: FileRef, options: TransferOptions & { dir?: string } = {}): Promise<TransferState> {
    return this.#withClientErrors(() => this.#parts.transfers.resume(transfer, options));
  }

  pause(transfer: FileRef): Promise<void> {
    return this.#parts.transfers.pause(transfer);
  }

  drop(transfer: FileRef): Promise<void> {
    return this.#parts.transfers.drop(transfer);
  }

  async safetyNumber(name: string): Promise<string> {
    const { keyring } = this.#signedIn;
    return safetyNumber(keyring.me.idFp, await this.#withClientErrors(() => keyring.identityToCompare(name)));
  }

  async setVerified(name: string, verified: boolean): Promise<void> {
    await this.#withClientErrors(() => this.#signedIn.keyring.setVerified(name, verified));
    await this.#parts.decisions.changed();
  }

  async acceptKey(name: string): Promise<void> {
    await this.#withClientErrors(() => this.#signedIn.keyring.acceptKey(name));
    await this.#parts.decisions.changed();
    await this.#lifecycle.keysTaken();
  }

  muted(): Promise<ConversationName[]> {
    return this.#parts.decisions.muted();
  }

  mute(conversation: ConversationName, on: boolean): Promise<void> {
    return this.#parts.decisions.mute(conversation, on);
  }

  blocked(): Promise<string[]> {
    return this.#parts.decisions.blocked();
  }

  block(name: string, on: boolean): Promise<void> {
    return this.#parts.decisions.block(name, on);
  }

  devices(): Promise<Device[]> {
    return this.#withClientErrors(() => this.#parts.accountDevices.list());
  }

  markDevicesSeen(devices: readonly Pick<Device, 'device' | 'since'>[]): Promise<void> {
    return this.#parts.accountDevices.markSeen(devices);
  }

  endDevice(device: number | null): Promise<EndedDevices> {
    return this.#withClientErrors(() => this.#parts.accountDevices.end(device));
  }

  async passwd(oldPassword: string, newPassword: string): Promise<void> {
    await this.#withClientErrors(() => this.#signedIn.authenticator.changePassword(oldPassword, newPassword));
  }

  profileLock(): Promise<ProfileLock | null> {
    return this.#signedIn.profile.lock();
  }

  checkPassphrase(passphrase: string): Promise<boolean> {
    return this.#signedIn.profile.isPassphrase(passphrase);
  }

  async closeAccount(password: string): Promise<void> {
    await this.#withClientErrors(() => this.#signedIn.closeAccount(password));
  }

  async rotateKeys(password: string): Promise<void> {
    const { authenticator, keyring } = this.#signedIn;
    await this.#withClientErrors(async () => {
      const { keys } = await authenticator.withPassword(password, rotateKeys);
      keyring.replace(keys);
    });
  }

  exportKeys(request: ExportRequest): Promise<MadeExport> {
    return this.#withClientErrors(() => makeExport(this.#signedIn, request));
  }

  async close(): Promise<void> {
    await this.#lifecycle.end(CLOSING_MS);
    await this.#signedIn.close();
  }

  /** @throws ClientError 'refused' instead of a Refusal */
  async #withClientErrors<T>(action: () => Promise<T>): Promise<T> {
    return action().catch(throwClientError);
  }
}
