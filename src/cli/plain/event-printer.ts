/**
 * Prints the client's events as lines: messages, presence, progress of transfers. Keeps only the state that later events are
 * compared with.
 */
import { shownName } from '../../client/people/shown-name.ts';
import type {
  ClientEvent,
  ConversationName,
  LinkState,
  Message,
  MessageRef,
  Person,
  TransferState,
} from '../../client/types.ts';
import { firstLine } from '../../tui/messages/rows.ts';
import { fileKey, keyOf } from '../../tui/state/message-list.ts';
import { shownReaction } from '../../tui/text/emoji.ts';
import { mentions } from '../../tui/text/mentions.ts';
import { strings } from '../../tui/text/strings.ts';
import { cut } from '../../tui/width/measure.ts';
import { phrases } from './phrases.ts';
import type { Renderer } from './renderer.ts';

/** Most messages that are remembered, to print changes of them. */
const REMEMBERED = 2000;
/** Most cells of a text that only identifies a message. */
const MENTION = 60;
/** Percentages that are printed. Small files finish before they are spoken. */
const STEPS = [25, 50, 75];
const SMALL_BYTES = 1_000_000;

export type EventPrinterParts = {
  me: string;
  renderer: Renderer;
  /** Prints when a message was delivered. */
  receipts: boolean;
  /** The open conversation. */
  open(): ConversationName;
  /** Nothing of this person is printed. */
  isBlocked(name: string): boolean;
  /** Of this conversation only messages that name me are printed, unless it is open. */
  isMuted(conversation: ConversationName): boolean;
  /** The message that a reply is for; undefined when it is not loaded. */
  answered(conversation: ConversationName, to: MessageRef): Message | undefined;
};

export class EventPrinter {
  readonly #parts: EventPrinterParts;
  readonly #known = new Map<string, Message>();
  readonly #printed = new Map<ConversationName, number>();
  readonly #online = new Map<string, boolean>();
  readonly #percent = new Map<string, number>();
  readonly #sending = new Set<string>();
  #link: LinkState['state'] = 'online';
  #failures = 0;

  constructor(parts: EventPrinterParts) {
    this.#parts = parts;
  }

  /** Own messages that the daemon has not answered yet. */
  get sending(): number {
    return this.#sending.size;
  }

  /** Own messages that were refused for good. */
  get failures(): number {
    return this.#failures;
  }

  /** Prints who is online at the start, in one line. */
  printOnline(people: readonly Person[]): void {
    for (const { name, online } of people) this.#online.set(name, online);
    const { me, isBlocked } = this.#parts;
    const names = people
      .map(({ name }) => name)
      .filter((name) => this.#online.get(name) && name !== me && !isBlocked(name));
    this.#parts.renderer.remark(phrases.here(names));
  }

  /** `event` must be clean (clean.ts). */
  readonly print = (event: ClientEvent) => {
    const { renderer } = this.#parts;
    switch (event.type) {
      case 'message':
        return this.#message(event.message, event.fresh);
      case 'people':
        for (const person of event.people) this.#person(person);
        return;
      case 'unregistered':
        return this.#gone(event.name);
      case 'transfer':
        return this.#transfer(event.transfer);
      case 'link':
        return this.#linkChange(event.link);
      case 'gap':
        if (this.#isSuppressed(event.gap.conversation) || this.#parts.isBlocked(event.gap.from)) return;
        return renderer.gap(
          event.gap,
          phrases.gap(event.gap.conversation, strings.messages[event.gap.reason](event.gap.from)),
        );
      case 'key-changed':
        return renderer.say(strings.notices.keyChanged(event.name).replace(/^! /, ''));
      case 'new-device':
        return renderer.newDevice(event, phrases.newDevice(event));
      case 'notice':
        return renderer.say(event.text);
      // Typing is not announced: it interrupts a screen reader for a message that may never come.
      case 'typing':
      case 'devices-seen':
      case 'moved':
      case 'conversation':
      case 'withdrawn':
        return;
    }
  };

  /** Whether a message of another person is printed now. */
  isPrinted(message: Message): boolean {
    if (this.#parts.isBlocked(message.from)) return false;
    return !this.#isSuppressed(message.conversation) || mentions(message, this.#parts.me);
  }

  /** Whether only a part of the conversation's new messages is printed. */
  #isSuppressed(conversation: ConversationName): boolean {
    return this.#parts.isMuted(conversation) && this.#parts.open() !== conversation;
  }

  #message(message: Message, fresh: boolean) {
    const { me } = this.#parts;
    // A printed line cannot be removed: messages are printed once they have their place.
    if (message.from !== me && (message.seq === null || !this.isPrinted(message))) return;
    // An id is unique only together with author and conversation.
    const key = `${message.conversation} ${keyOf(message)}`;
    const before = this.#known.get(key);
    if (message.from === me && this.#own(message, before)) {
      this.#reactions(message, before);
      return this.#remember(key, message);
    }
    const seq = message.seq ?? 0;
    const printed = this.#printed.get(message.conversation) ?? 0;
    if (before === undefined && fresh && seq > printed) {
      // The rest of a muted conversation is printed when it is opened.
      if (!this.#isSuppressed(message.conversation)) this.#printed.set(message.conversation, seq);
      this.#parts.renderer.message(message, this.#lines(message));
    } else if (before !== undefined || message.edited || message.deleted) this.#change(message, before);
    this.#remember(key, message);
  }

  /** Returns true for a message written here, whose text is not printed again. */
  #own(message: Message, before: Message | undefined): boolean {
    const { renderer, receipts } = this.#parts;
    if (message.state === 'sending') this.#sending.add(message.id);
    else this.#sending.delete(message.id);
    const mine = message.state === 'sending' || (before !== undefined && !message.edited && !message.deleted);
    if (before?.seq === null && message.seq !== null && message.state !== 'failed') renderer.sent(message);
    if (message.state === before?.state) return mine;
    const text = mention(message);
    if (message.state === 'failed') {
      this.#failures++;
      renderer.message(message, [phrases.notSent(message.conversation, message.error ?? '', text)]);
      return true;
    }
    if (before?.state === 'failed') this.#failures--;
    if (message.state === 'delivered' && before !== undefined && receipts && message.conversation.startsWith('@'))
      renderer.say(phrases.delivered(message.conversation, text));
    return mine;
  }

  #lines(message: Message): string[] {
    const { me, open, answered } = this.#parts;
    const who = `${phrases.said(message, open(), me)}${phrases.written(message)}`;
    const { body } = message;
    if (message.deleted) return [phrases.deletedUnheard(who)];
    if (body.kind === 'file') return [phrases.file(who, body.file)];
    const question = body.kind === 'reply' ? answered(message.conversation, body.to) : undefined;
    const to = question === undefined ? null : shownName(question);
    const [first = '', ...rest] = body.text.split('\n').filter((line) => line.trim() !== '');
    // Each line names its author: none can pass for another message.
    return [
      `${who}${to === null ? '' : phrases.answering(to)}: ${first}`,
      ...rest.map((line) => phrases.goesOn(shownName(message)) + line),
    ];
  }

  #change(message: Message, before: Message | undefined) {
    const { renderer, me, open } = this.#parts;
    const who = message.from === me ? phrases.you(message, open()) : phrases.said(message, open(), me);
    if (message.deleted) {
      if (before?.deleted) return;
      return renderer.say(before === undefined ? phrases.deletedUnheard(who) : phrases.deleted(who, mention(before)));
    }
    if (message.edited && (before === undefined || textOf(before) !== textOf(message)))
      renderer.say(phrases.changed(who, textOf(message).replaceAll('\n', ' ')));
    this.#reactions(message, before);
  }

  /** Prints reactions that were added or removed since `before`. */
  #reactions(message: Message, before: Message | undefined) {
    if (before === undefined || this.#isSuppressed(message.conversation)) return;
    const { renderer, me } = this.#parts;
    const text = mention(message);
    const mine = message.from === me;
    const isNamed = (name: string) => name !== me && !this.#parts.isBlocked(name);
    for (const emoji of new Set([...Object.keys(before.reactions), ...Object.keys(message.reactions)])) {
      const shown = shownReaction(emoji);
      const old = before.reactions[emoji] ?? [];
      const now = message.reactions[emoji] ?? [];
      for (const name of now)
        if (!old.includes(name) && isNamed(name)) renderer.say(phrases.reacted(name, shown, mine, text));
      for (const name of old)
        if (!now.includes(name) && isNamed(name)) renderer.say(phrases.tookBack(name, shown, mine, text));
    }
  }

  #person({ name, online }: Person) {
    const before = this.#online.get(name) ?? false;
    this.#online.set(name, online);
    if (before === online || name === this.#parts.me || this.#parts.isBlocked(name)) return;
    this.#parts.renderer.remark(online ? phrases.came(name) : phrases.went(name));
  }

  #gone(name: string) {
    this.#online.delete(name);
    if (!this.#parts.isBlocked(name)) this.#parts.renderer.remark(strings.notices.unregistered(name));
  }

  #transfer(transfer: TransferState) {
    const { direction, name, size, done, state } = transfer;
    const { renderer } = this.#parts;
    const key = fileKey(transfer);
    if (state === 'done') {
      this.#percent.delete(key);
      // The command that asked for the file prints where it is saved.
      return direction === 'up' ? renderer.say(phrases.uploaded(name, size)) : undefined;
    }
    // The command that started the transfer prints why it failed or stopped.
    if (state !== 'running') return;
    const last = this.#percent.get(key);
    if (last === undefined && direction === 'down') renderer.say(phrases.fetching(name, size));
    const percent = size === 0 ? 0 : Math.floor((done / size) * 100);
    const step = STEPS.findLast((each) => each <= percent) ?? 0;
    this.#percent.set(key, Math.max(step, last ?? 0));
    // A resumed transfer starts with the step it had reached.
    if (size >= SMALL_BYTES && step > (last ?? 0)) renderer.say(phrases.percent(name, step));
  }

  #linkChange(link: LinkState) {
    const before = this.#link;
    this.#link = link.state;
    const { renderer } = this.#parts;
    if (link.state === 'online' && before !== 'online') renderer.say(phrases.back);
    if (link.state === 'waiting' && before === 'online') renderer.say(phrases.lost(link.reason));
    // Further tries are not announced.
    if (link.state === 'connecting') this.#link = before === 'online' ? 'online' : 'waiting';
  }

  #remember(key: string, message: Message) {
    this.#known.delete(key);
    this.#known.set(key, message);
    if (this.#known.size <= REMEMBERED) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      break;
    }
  }
}

function textOf(message: Message): string {
  return message.body.kind === 'file' ? message.body.file.name : message.body.text;
}

/** Enough of a message to identify it. */
export function mention(message: Message): string {
  return cut(
    message.body.kind === 'file' ? message.body.file.name : firstLine({ ...message, deleted: false }),
    MENTION,
  );
}
