import type { Client } from '../../../src/client/api/client-api.ts';
import type { Conversation, Message, Person } from '../../../src/client/types.ts';
import type { Event } from '../../../src/tui/state/event.ts';
import { chatOf, openThread } from '../../../src/tui/state/focus.ts';
import { type Chat, defaultSettings, initialState, type State, type Thread } from '../../../src/tui/state/state.ts';
import { update } from '../../../src/tui/update/update.ts';
import { message, noon, person } from './messages.ts';

const me: Client['me'] = { name: 'alice', fingerprint: 'ab', daemon: { address: 'a:1', fingerprint: 'cd' }, device: 1 };

/** A state in the chat, with methods that apply events to it. */
export class ScreenState {
  state: State;
  now = noon;

  constructor(
    parts: {
      people?: Person[];
      conversations?: Conversation[];
      drafts?: Record<string, string>;
      muted?: string[];
      blocked?: string[];
      columns?: number;
      rows?: number;
    } = {},
  ) {
    const size = { columns: parts.columns ?? 100, rows: parts.rows ?? 24 };
    this.state = initialState(size, defaultSettings, noon);
    this.do({
      type: 'entered',
      opening: {
        me,
        link: { state: 'online' },
        people: parts.people ?? [person('alice'), person('bob'), person('carol', { online: false })],
        conversations: parts.conversations ?? [],
        open: '#lobby',
        drafts: parts.drafts ?? {},
        muted: parts.muted ?? [],
        blocked: parts.blocked ?? [],
      },
    });
  }

  do(...events: Event[]): this {
    for (const event of events) this.state = update(this.state, { ...event, at: this.now });
    return this;
  }

  /** Messages of others that arrive now. */
  arrive(...messages: Message[]): this {
    return this.do({
      type: 'client-events',
      events: messages.map((one) => ({ type: 'message' as const, message: one, fresh: true })),
    });
  }

  /** `count` loaded messages of the lobby. */
  history(count: number, parts: (seq: number) => Partial<Message> & { text?: string } = () => ({})): this {
    const messages = Array.from({ length: count }, (_, i) => message({ seq: i + 1, id: `h${i + 1}`, ...parts(i + 1) }));
    return this.do({ type: 'history', conversation: '#lobby', messages, gaps: [], more: false });
  }

  get chat(): Chat {
    const chat = chatOf(this.state);
    if (chat === null) throw new Error('not in the chat');
    return chat;
  }

  get thread(): Thread {
    return openThread(this.chat);
  }

  get draft(): string {
    return `${this.thread.draft.before}|${this.thread.draft.after}`;
  }
}
