/**
 * Folder `plain`: the chat as lines, for screen readers, pipes and small terminals; it shares state and commands with the
 * screen and knows no panes. This file reads and prints the lines.
 */

import type { Client } from '../../client/api/client-api.ts';
import { ClientError, closedLinkError } from '../../client/errors.ts';
import type { ClientEvent, Conversation, ConversationName, Message } from '../../client/types.ts';
import { type Clock, sleep } from '../../platform/clock.ts';
import { MAX_TEXT_BYTES } from '../../protocol/base/safe-text.ts';
import { ChatController } from '../../tui/chat/chat-controller.ts';
import { TransferActions } from '../../tui/chat/transfer-actions.ts';
import { completionsFor } from '../../tui/command-line/completion.ts';
import { parseLine } from '../../tui/command-line/parse-line.ts';
import type { Drafts } from '../../tui/compose/drafts.ts';
import { cannotSendReason, unknownReason } from '../../tui/selectors/selectors.ts';
import type { Remembered, Timed } from '../../tui/state/event.ts';
import { chatOf } from '../../tui/state/focus.ts';
import { answered } from '../../tui/state/message-list.ts';
import { isBlockedConversation } from '../../tui/state/muting.ts';
import { initialState, type Settings } from '../../tui/state/state.ts';
import { cleanEvent, cleanMessage } from '../../tui/text/clean.ts';
import { strings } from '../../tui/text/strings.ts';
import { Store } from '../../tui/update/state-store.ts';
import { EventPrinter } from './event-printer.ts';
import type { LineInput } from './input/line-input.ts';
import { lineCommandTable, lineUsage } from './line-commands.ts';
import { LineResults } from './line-results.ts';
import { PendingCalls } from './pending-calls.ts';
import { phrases } from './phrases.ts';
import { ReadMarks } from './read-marks.ts';
import type { Renderer } from './renderer.ts';

/** Most unread messages of one conversation that are printed at the start. */
const BACKLOG = 50;
/** How often the end checks whether everything is sent. ms. */
const LOOK_EVERY = 50;

export type LineModeParts = {
  client: Client;
  input: LineInput;
  renderer: Renderer;
  clock: Clock;
  /** Where this profile stores settings; null for nowhere. */
  drafts: Drafts | null;
  settings: Settings;
  downloads: string;
  receipts: boolean;
  /** How long the end waits for a lost link. ms. */
  patience: number;
};

export class LineMode {
  readonly #parts: LineModeParts;
  readonly #pending = new PendingCalls();
  readonly #store: Store;
  readonly #controller: ChatController;
  readonly #transfers: TransferActions;
  readonly #results: LineResults;
  readonly #printer: EventPrinter;
  readonly #marks: ReadMarks;
  /** Events that arrived while unread messages were printed; null when none are deferred. */
  #deferred: ClientEvent[] | null = [];
  #opening: Pick<Remembered, 'muted' | 'blocked'> = { muted: [], blocked: [] };
  /** Lines and commands that were not done. */
  #notDone = 0;
  /** Conversations whose unread messages are being printed. */
  #catchingUp = 0;
  #leaving = false;
  readonly #left = Promise.withResolvers<void>();
  #closed: ClientError | null = null;

  constructor(parts: LineModeParts) {
    this.#parts = parts;
    const { clock, renderer, input, downloads, receipts, settings } = parts;
    // Without a window, printed messages count as read, and no others.
    const unseen = { hasWindow: false, watched: false };
    const state = { ...initialState({ columns: 80, rows: 24 }, settings, clock.now()), ...unseen };
    this.#store = new Store(state, clock, this.#onStateEvent);
    const client = this.#pending.of(parts.client);
    const controller = new ChatController({ client, store: this.#store, clock, onMessage: () => {} });
    this.#controller = controller;
    this.#transfers = new TransferActions(controller, downloads);
    this.#results = new LineResults({
      scope: { store: this.#store, clock, controller, transfers: this.#transfers },
      renderer: renderer,
      hidden: input.hidden,
      leave: this.leave,
    });
    this.#marks = new ReadMarks(parts.client, clock);
    this.#printer = new EventPrinter({
      me: client.me.name,
      renderer,
      receipts,
      open: () => this.#controller.chat.open,
      isBlocked: (name) => this.#muting.blocked.has(name),
      isMuted: (name) => this.#muting.muted.has(name),
      answered: (conversation, to) => answered(this.#controller.chat.threads[conversation]?.messages ?? [], to),
    });
  }

  /** Takes lines until they end or the person leaves, then waits for requests under way. @throws ClientError when these fail */
  async run(): Promise<void> {
    const { input, renderer, client, drafts } = this.#parts;
    const texts = drafts?.follow(this.#store, client.me) ?? {};
    renderer.remark(phrases.welcome(client.me.name, client.me.daemon.address));
    await this.#controller.begin(texts);
    await this.#controller.listFiles();
    renderer.remark(phrases.writesTo(this.#controller.chat.open));
    renderer.remark(phrases.hint);
    await this.#transfers.recall(phrases.cutOff);
    try {
      this.#prompt();
      for await (const line of input.lines()) {
        await Promise.race([this.#take(line), this.#left.promise]);
        if (this.#leaving) break;
        this.#prompt();
      }
    } finally {
      input.close();
      await drafts?.settle();
    }
    try {
      if (this.#closed !== null) throw this.#closed;
      await this.#drain();
    } finally {
      await this.#marks.send();
    }
    const notDone = input.unattended ? this.#notDone + this.#pending.failed : 0;
    if (this.#printer.failures + notDone > 0) throw new ClientError('refused', phrases.refused);
  }

  /** Takes no more lines, and does not wait for the current one. */
  readonly leave = (): void => {
    this.#leaving = true;
    this.#left.resolve();
    this.#parts.input.close();
  };

  /** The completions of the text before the cursor, each with all of that text. */
  readonly complete = (before: string): string[] => {
    const found = completionsFor(this.#controller.chat, before, lineCommandTable);
    return found.kind === 'words' ? found.completion.words.map((word) => found.completion.head + word) : [];
  };

  #prompt() {
    if (!this.#leaving) this.#parts.input.prompt(`${this.#controller.chat.open}> `);
  }

  async #take(line: string | null): Promise<void> {
    this.#store.flush();
    const controller = this.#controller;
    if (line === null) return this.#refuse(phrases.notUtf8);
    const parsed = parseLine(line, lineCommandTable);
    switch (parsed.kind) {
      case 'nothing':
        return;
      case 'unknown':
        return this.#refuse(strings.notices.unknownCommand(parsed.name, parsed.like));
      case 'misused':
        return this.#refuse(lineUsage(parsed.name));
      case 'command':
        if (!(await this.#results.run(parsed.name, parsed.rest))) this.#notDone++;
        break;
      case 'private': {
        const why = unknownReason(controller.chat, `@${parsed.to}`);
        if (why !== null) return this.#refuse(why);
        await this.#post(`@${parsed.to}`, parsed.text);
        break;
      }
      case 'addressed':
        // A pipe cannot be asked what it means.
        if (controller.chat.open.startsWith('#'))
          return this.#refuse(strings.notices.addressed(parsed.to, controller.chat.open));
        await this.#post(controller.chat.open, parsed.text);
        break;
      case 'text':
        await this.#post(controller.chat.open, parsed.text);
    }
    // Lines are handled in order: the requests of this one are answered before the next line is read.
    await this.#pending.settled();
  }

  async #post(to: ConversationName, text: string): Promise<void> {
    const controller = this.#controller;
    const why = cannotSendReason({ ...controller.chat, open: to });
    if (why !== null) return this.#refuse(why);
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_TEXT_BYTES) return this.#refuse(strings.notices.tooLong(bytes, MAX_TEXT_BYTES));
    const unsent = await controller.send(to, text);
    if (unsent !== null) this.#refuse(unsent.why);
  }

  #refuse(why: string) {
    this.#notDone++;
    this.#controller.notify(why, 'bad');
  }

  /** Before the chat is in the state, the lists that it opens with apply. */
  get #muting(): { muted: ReadonlySet<string>; blocked: ReadonlySet<string> } {
    const { muted, blocked } = this.#opening;
    return chatOf(this.#store.get()) ?? { muted: new Set(muted), blocked: new Set(blocked) };
  }

  /**
   * Prints notices and changes of the open conversation. Client events are printed from the client itself, before the store
   * merges them.
   */
  readonly #onStateEvent = (event: Timed) => {
    const { renderer, client } = this.#parts;
    if (event.type === 'notice' && event.notice !== null) renderer.say(event.notice.text);
    else if (event.type === 'opened' && event.conversation !== this.#controller.chat.open)
      this.#opened(event.conversation);
    else if (event.type === 'entered') {
      this.#opening = event.opening;
      this.#printer.printOnline(event.opening.people);
      client.subscribe(this.#onEvent);
      void this.#catchUp(
        event.opening.conversations.filter(({ name }) => !isBlockedConversation(this.#muting.blocked, name)),
      );
    }
    // Messages that were not printed meanwhile are printed now, unless they were read elsewhere.
    else if (event.type === 'muted' && !event.on) this.#printMissed(event.conversation);
    else if (event.type === 'blocked' && !event.on) this.#printMissed(`@${event.name}`);
  };

  #opened(conversation: ConversationName) {
    const { renderer } = this.#parts;
    renderer.remark(phrases.writesTo(conversation));
    const { muted, blocked } = this.#muting;
    if (isBlockedConversation(blocked, conversation)) renderer.say(strings.messages.shut(conversation.slice(1)));
    else if (muted.has(conversation)) this.#printMissed(conversation);
  }

  #printMissed(conversation: ConversationName) {
    const thread = this.#controller.chat.threads[conversation];
    if (thread !== undefined) void this.#catchUp([thread]);
  }

  readonly #onEvent = (event: ClientEvent) => {
    const clean = cleanEvent(event);
    if (this.#deferred !== null) this.#deferred.push(clean);
    else this.#handle(clean);
  };

  #handle(event: ClientEvent) {
    this.#printer.print(event);
    // Printed messages count as read; in a muted conversation only when all of them were printed.
    if (event.type === 'message' && event.fresh && event.message.seq !== null && this.#isPrinted(event.message))
      this.#marks.mark(event.message.conversation, event.message.seq);
    if (event.type === 'link' && event.link.state === 'closed' && !this.#leaving) {
      this.#closed = this.#results.closesAccount ? null : closedLinkError(event.link);
      this.leave();
    }
  }

  #isPrinted({ from, conversation }: Message): boolean {
    const { muted, blocked } = this.#muting;
    return !blocked.has(from) && (!muted.has(conversation) || conversation === this.#controller.chat.open);
  }

  /** Prints the unread messages; events that arrive meanwhile are printed after them. */
  async #catchUp(conversations: readonly Conversation[]): Promise<void> {
    const { client, renderer } = this.#parts;
    this.#deferred ??= [];
    this.#catchingUp++;
    await this.#controller.attempt(async () => {
      for (const { name, read, unread } of conversations.filter((one) => one.unread > 0)) {
        const page = await client.history(name, { limit: BACKLOG });
        const fresh = page.messages
          .map(cleanMessage)
          .filter(({ seq, from }) => (seq ?? 0) > read && from !== client.me.name);
        const isQuiet = this.#muting.muted.has(name) && this.#controller.chat.open !== name;
        if (fresh.length < unread && !isQuiet) renderer.remark(phrases.older(unread - fresh.length, name));
        for (const message of fresh) this.#handle({ type: 'message', message, fresh: true });
      }
    });
    if (--this.#catchingUp > 0) return;
    const deferred = this.#deferred ?? [];
    this.#deferred = null;
    for (const event of deferred) this.#handle(event);
  }

  /** @throws ClientError 'unreachable' when the link stays lost */
  async #drain(): Promise<void> {
    const { clock, client, patience, renderer } = this.#parts;
    let online = clock.monotonic();
    let isAnnounced = false;
    for (let round = 0; this.#printer.sending > 0 || this.#pending.size > 0 || this.#deferred !== null; round++) {
      if (client.link.state === 'online') online = clock.monotonic();
      if (clock.monotonic() - online > patience || client.link.state === 'closed')
        throw new ClientError('unreachable', phrases.notDrained);
      if (round * LOOK_EVERY > 1000 && !isAnnounced) {
        isAnnounced = true;
        renderer.remark(phrases.finishing);
      }
      await sleep(clock, LOOK_EVERY);
    }
  }
}
