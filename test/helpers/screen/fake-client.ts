import type { Client } from '../../../src/client/api/client-api.ts';
import { reactionsOf } from '../../../src/client/cache/message-changes.ts';
import type { Conversation, ConversationName, Gap, Message, MessageRef } from '../../../src/client/types.ts';
import { FakeFiles } from './fake-files.ts';
import { message, noon } from './messages.ts';

/** A client whose daemon and other people are played by the test. */
export class FakeClient extends FakeFiles implements Client {
  readonly store = new Map<ConversationName, Message[]>();
  readonly gaps: Gap[] = [];
  readPositions = new Map<ConversationName, number>();
  readonly mutes = new Set<ConversationName>();
  /** Queued messages stay `sending`. */
  stuck = false;

  constructor(parts: { name?: string } = {}) {
    super();
    if (parts.name) this.me.name = parts.name;
    this.store.set('#lobby', []);
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

  async conversations(): Promise<Conversation[]> {
    return [...this.store.keys()].map((name) => this.#conversation(name));
  }

  async history(conversation: ConversationName, options: { before?: number; limit?: number } = {}) {
    this.call('history', conversation, options);
    const held = this.#of(conversation).filter((one) => (one.seq ?? 0) < (options.before ?? Infinity));
    const messages = held.slice(-(options.limit ?? 100));
    return { messages, gaps: this.gaps, more: messages.length < held.length };
  }

  async queue(to: ConversationName, body: string, options: { reply?: MessageRef } = {}): Promise<Message> {
    this.call('queue', to, body, options);
    const queued = message({
      id: `q${this.newId()}`,
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
    this.call('edit', target.id, text);
    this.emit({ type: 'message', message: { ...target, body: { kind: 'text', text }, edited: true }, fresh: false });
  }

  async remove(target: Message): Promise<void> {
    this.call('remove', target.id);
    const { conversation, author, id } = target;
    if (target.seq === null && target.state === 'failed')
      return this.emit({ type: 'withdrawn', conversation, author, id });
    this.emit({ type: 'message', message: { ...target, deleted: true }, fresh: false });
  }

  async react(target: Message, emoji: string, on: boolean): Promise<void> {
    this.call('react', target.id, emoji, on);
    this.emit({
      type: 'message',
      message: { ...target, reactions: reactionsOf(on ? [[emoji, [this.me.name]]] : []) },
      fresh: false,
    });
  }

  async retry(id: string): Promise<void> {
    this.call('retry', id);
  }

  async markRead(conversation: ConversationName, seq: number): Promise<void> {
    this.call('markRead', conversation, seq);
    this.readPositions.set(conversation, seq);
    this.emit({ type: 'conversation', conversation: this.#conversation(conversation) });
  }

  typing(to: ConversationName): void {
    this.call('typing', to);
  }

  async muted(): Promise<ConversationName[]> {
    return [...this.mutes];
  }

  async mute(conversation: ConversationName, on: boolean): Promise<void> {
    this.fail('mute');
    if (on) this.mutes.add(conversation);
    else this.mutes.delete(conversation);
    this.emit({ type: 'muted', conversation, on });
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
}
