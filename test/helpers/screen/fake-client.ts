import type { Client } from '../../../src/client/api/client-api.ts';
import { reactionsOf } from '../../../src/client/cache/message-changes.ts';
import type { ExportRequest, MadeExport } from '../../../src/client/export-types.ts';
import type {
  ClientEvent,
  Conversation,
  ConversationName,
  Device,
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
} from '../../../src/client/types.ts';
import { message, noon, ownDevice, person } from './messages.ts';

/** A client whose daemon and other people are played by the test. */
export class FakeClient implements Client {
  me = {
    name: 'alice',
    fingerprint: 'ab'.repeat(32),
    daemon: { address: '127.0.0.1:65345', fingerprint: 'ef'.repeat(32) },
    device: 7,
  };
  readonly profile = '/home/alice/profile';
  link: LinkState = { state: 'online' };
  /** Every call that changes something, with its arguments. */
  readonly calls: unknown[][] = [];
  /** What the next call of this name throws. */
  readonly failures = new Map<string, Error>();
  readonly store = new Map<ConversationName, Message[]>();
  readonly gaps: Gap[] = [];
  allFiles: FileInfo[] = [];
  /** Where each file was saved, by its id. */
  saved: Record<string, string> = {};
  /** Transfers of earlier starts, and those the test adds. */
  begun: TransferState[] = [];
  ownDevices: Device[] = [ownDevice({ device: 7, name: 'desk', online: true, current: true })];
  everybody: Person[] = [person('alice'), person('bob'), person('carol', { online: false })];
  readPositions = new Map<ConversationName, number>();
  readonly mutes = new Set<ConversationName>();
  readonly blocks = new Set<string>();
  /** Queued messages stay `sending`. */
  stuck = false;
  closed = false;
  /** The lock of the profile, and its passphrase. */
  lock: ProfileLock | null = null;
  passphrase = 'correct horse';
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  #ids = 0;

  constructor(parts: { name?: string } = {}) {
    if (parts.name) this.me.name = parts.name;
    this.store.set('#lobby', []);
  }

  emit(event: ClientEvent): void {
    if (event.type === 'link') this.link = event.link;
    for (const listener of this.#listeners) listener(event);
  }

  /** A message arrives. */
  receive(parts: Partial<Message> & { text?: string } = {}): Message {
    const conversation = parts.conversation ?? '#lobby';
    const held = this.#of(conversation);
    const seq = (held.at(-1)?.seq ?? 0) + 1;
    const next = message({ seq, id: `r${seq}${conversation}`, ...parts });
    held.push(next);
    this.emit({ type: 'message', message: next, fresh: true });
    this.emit({ type: 'conversation', conversation: this.#conversation(conversation) });
    return next;
  }

  /** Earlier history. */
  fill(
    conversation: ConversationName,
    count: number,
    parts: (seq: number) => Partial<Message> & { text?: string } = () => ({}),
  ): void {
    const start = noon - count * 60_000;
    this.store.set(
      conversation,
      Array.from({ length: count }, (_, i) =>
        message({
          seq: i + 1,
          id: `h${i + 1}`,
          conversation,
          at: start + i * 60_000,
          from: i % 3 ? 'bob' : 'carol',
          ...parts(i + 1),
        }),
      ),
    );
  }

  subscribe(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async conversations(): Promise<Conversation[]> {
    return [...this.store.keys()].map((name) => this.#conversation(name));
  }

  async people(): Promise<Person[]> {
    this.#fail('people');
    return this.everybody;
  }

  async history(conversation: ConversationName, options: { before?: number; limit?: number } = {}) {
    this.#call('history', conversation, options);
    const held = this.#of(conversation).filter((one) => (one.seq ?? 0) < (options.before ?? Infinity));
    const messages = held.slice(-(options.limit ?? 100));
    return { messages, gaps: this.gaps, more: messages.length < held.length };
  }

  async queue(to: ConversationName, body: string, options: { reply?: MessageRef } = {}): Promise<Message> {
    this.#call('queue', to, body, options);
    const queued = message({
      id: `q${++this.#ids}`,
      conversation: to,
      seq: null,
      from: this.me.name,
      at: noon,
      state: 'sending',
      body: options.reply ? { kind: 'reply', to: options.reply, text: body } : { kind: 'text', text: body },
    });
    this.emit({ type: 'message', message: queued, fresh: false });
    if (!this.stuck) this.settle(queued);
    return queued;
  }

  /** Answers of the daemon. */
  settle(queued: Message, state: 'sent' | 'delivered' | 'failed' = 'sent'): void {
    const held = this.#of(queued.conversation);
    const seq = state === 'failed' ? null : (held.at(-1)?.seq ?? 0) + 1;
    const sent = { ...queued, seq, state, error: state === 'failed' ? 'the daemon refused it' : null };
    if (seq !== null) held.push(sent);
    this.emit({ type: 'message', message: sent, fresh: false });
  }

  async send(to: ConversationName, text: string): Promise<Message> {
    return this.queue(to, text);
  }

  async edit(target: Message, text: string): Promise<void> {
    this.#call('edit', target.id, text);
    this.emit({ type: 'message', message: { ...target, body: { kind: 'text', text }, edited: true }, fresh: false });
  }

  async remove(target: Message): Promise<void> {
    this.#call('remove', target.id);
    const { conversation, author, id } = target;
    if (target.seq === null && target.state === 'failed')
      return this.emit({ type: 'withdrawn', conversation, author, id });
    this.emit({ type: 'message', message: { ...target, deleted: true }, fresh: false });
  }

  async react(target: Message, emoji: string, on: boolean): Promise<void> {
    this.#call('react', target.id, emoji, on);
    this.emit({
      type: 'message',
      message: { ...target, reactions: reactionsOf(on ? [[emoji, [this.me.name]]] : []) },
      fresh: false,
    });
  }

  async retry(id: string): Promise<void> {
    this.#call('retry', id);
  }

  async markRead(conversation: ConversationName, seq: number): Promise<void> {
    this.#call('markRead', conversation, seq);
    this.readPositions.set(conversation, seq);
    this.emit({ type: 'conversation', conversation: this.#conversation(conversation) });
  }

  typing(to: ConversationName): void {
    this.#call('typing', to);
  }

  async away(on: boolean): Promise<void> {
    this.#call('away', on);
  }

  reconnect(): void {
    this.#call('reconnect');
  }

  async upload(to: ConversationName, path: string, options: TransferOptions = {}): Promise<FileInfo> {
    this.#call('upload', to, path);
    const name = path.split('/').at(-1) ?? path;
    const info: FileInfo = {
      id: `u${++this.#ids}`,
      author: this.me.name,
      conversation: to,
      from: this.me.name,
      formerKey: false,
      name,
      type: '',
      size: 1000,
      sha256: '00',
      at: noon,
      sentAt: noon,
    };
    const state: TransferState = {
      id: info.id,
      author: info.author,
      direction: 'up',
      name,
      conversation: to,
      size: 1000,
      done: 400,
      rate: 200,
      state: 'running',
      note: null,
    };
    options.onProgress?.(state);
    this.emit({ type: 'transfer', transfer: state });
    return info;
  }

  async files(): Promise<ListedFile[]> {
    return this.allFiles.map((file) => ({ ...file, saved: this.saved[file.id] ?? null }));
  }

  async download({ id }: FileRef, options: TransferOptions & { dir: string }): Promise<string> {
    this.#call('download', id, options.dir);
    return `${options.dir}/x`;
  }

  async transfers(): Promise<TransferState[]> {
    return this.begun;
  }

  async resume({ id }: FileRef, options: TransferOptions & { dir?: string } = {}): Promise<TransferState> {
    this.#call('resume', id, options.dir);
    options.onProgress?.({ ...this.#begun(id), state: 'running', note: null });
    const done = { ...this.#begun(id), state: 'done', note: '/downloads/x' } as const;
    this.emit({ type: 'transfer', transfer: done });
    return done;
  }

  async pause({ id }: FileRef): Promise<void> {
    this.#call('pause', id);
    this.emit({ type: 'transfer', transfer: { ...this.#begun(id), state: 'paused', rate: 0 } });
  }

  async drop({ id }: FileRef): Promise<void> {
    this.#call('drop', id);
    this.emit({ type: 'transfer', transfer: { ...this.#begun(id), state: 'cancelled', rate: 0 } });
  }

  async muted(): Promise<ConversationName[]> {
    return [...this.mutes];
  }

  async mute(conversation: ConversationName, on: boolean): Promise<void> {
    this.#fail('mute');
    if (on) this.mutes.add(conversation);
    else this.mutes.delete(conversation);
    this.emit({ type: 'muted', conversation, on });
  }

  async blocked(): Promise<string[]> {
    return [...this.blocks];
  }

  async block(name: string, on: boolean): Promise<void> {
    this.#fail('block');
    if (on) this.blocks.add(name);
    else this.blocks.delete(name);
    this.emit({ type: 'blocked', name, on });
  }

  async safetyNumber(): Promise<string> {
    return '12345'.repeat(12);
  }

  async setVerified(name: string, verified: boolean): Promise<void> {
    this.#call('setVerified', name, verified);
    this.everybody = this.everybody.map((one) => (one.name === name ? { ...one, verified } : one));
  }

  async acceptKey(name: string): Promise<void> {
    this.#call('acceptKey', name);
    this.everybody = this.everybody.map((one) => (one.name === name ? { ...one, changedTo: null } : one));
  }

  async devices(): Promise<Device[]> {
    this.#fail('devices');
    return this.ownDevices;
  }

  async markDevicesSeen(devices: readonly Pick<Device, 'device' | 'since'>[]): Promise<void> {
    this.#call('markDevicesSeen', devices.length);
    this.ownDevices = this.ownDevices.map((one) => ({ ...one, isNew: false }));
    this.emit({ type: 'devices-seen', devices: devices.map(({ device }) => device) });
  }

  async endDevice(device: number | null): Promise<number> {
    this.#call('endDevice', device);
    const before = this.ownDevices.length;
    this.ownDevices = this.ownDevices.filter((one) => (device === null ? one.current : one.device !== device));
    return before - this.ownDevices.length;
  }

  async closeAccount(password: string): Promise<void> {
    this.#call('closeAccount', password);
    this.emit({ type: 'link', link: { state: 'closed', reason: 'the account was closed', code: 'account-closed' } });
  }

  async profileLock(): Promise<ProfileLock | null> {
    this.#fail('profileLock');
    return this.lock;
  }

  async checkPassphrase(passphrase: string): Promise<boolean> {
    this.#call('checkPassphrase', passphrase);
    return passphrase === this.passphrase;
  }

  async passwd(old: string, fresh: string): Promise<void> {
    this.#call('passwd', old, fresh);
  }

  async rotateKeys(password: string): Promise<void> {
    this.#call('rotateKeys', password);
  }

  async exportKeys({ path, password, passphrase }: ExportRequest): Promise<MadeExport> {
    this.#call('exportKeys', path, password, passphrase);
    const words = `${'abandon '.repeat(23)}art`;
    return { path, words, wordsFile: null, device: 9, deviceName: 'export', people: 2, localKeys: false };
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  #begun(id: string): TransferState {
    const found = this.begun.find((one) => one.id === id);
    if (found === undefined) throw new Error(`no transfer ${id}`);
    return found;
  }

  #of(conversation: ConversationName): Message[] {
    const held = this.store.get(conversation) ?? [];
    this.store.set(conversation, held);
    return held;
  }

  #conversation(name: ConversationName): Conversation {
    const held = this.#of(name);
    const head = held.at(-1)?.seq ?? 0;
    const read = this.readPositions.get(name) ?? 0;
    let unread = 0;
    for (let at = held.length - 1; at >= 0 && (held[at]?.seq ?? 0) > read; at--)
      if (held[at]?.from !== this.me.name) unread++;
    return { name, head, read, unread, at: held.at(-1)?.at ?? 0 };
  }

  #call(name: string, ...values: unknown[]): void {
    this.calls.push([name, ...values]);
    this.#fail(name);
  }

  #fail(name: string): void {
    const failure = this.failures.get(name);
    this.failures.delete(name);
    if (failure) throw failure;
  }
}
