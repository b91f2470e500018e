/** Applies the client's events to the state. Their texts are clean already (clean.ts). */
import type { ClientErrorCode } from '../../client/errors.ts';
import type { ClientEvent, ConversationName, FileInfo, Gap, Message, MessageRef } from '../../client/types.ts';
import { unmoved } from '../selectors/selectors.ts';
import { editorWith } from '../state/editor.ts';
import type { Opening } from '../state/event.ts';
import { isLooking, paneOf, withChat } from '../state/focus.ts';
import { personOf } from '../state/lookup.ts';
import { fileKey, hasKey, keyOf, merge } from '../state/message-list.ts';
import { othersBelow } from '../state/read-position.ts';
import { type Chat, emptyThread, type Overlay, type State, type Thread } from '../state/state.ts';
import { mentionAt } from '../text/mentions.ts';
import { strings } from '../text/strings.ts';
import { fitting, retriable, trimmed, unloaded } from './loaded-messages.ts';
import { typingAfter } from './typing-people.ts';

export function openChat(state: State, opening: Opening): State {
  const threads: Record<string, Thread> = { [opening.open]: emptyThread(opening.open) };
  for (const conversation of opening.conversations) {
    threads[conversation.name] = { ...emptyThread(conversation.name), ...conversation };
  }
  for (const [name, text] of Object.entries(opening.drafts)) {
    if (!/^[@#]./.test(name) || text === '') continue;
    threads[name] = { ...(threads[name] ?? emptyThread(name as ConversationName)), draft: editorWith(text) };
  }
  const { name, fingerprint, daemon } = opening.me;
  const first = threads[opening.open];
  if (first && first.unread > 0) threads[opening.open] = { ...first, newAfter: first.read, locatingUnread: true };
  return {
    ...state,
    overlay: null,
    focus: 'composer',
    notice: null,
    screen: {
      name: 'chat',
      chat: {
        me: { name, fingerprint, daemon },
        link: opening.link,
        people: Object.fromEntries(opening.people.map((person) => [person.name, person])),
        typing: new Map(),
        away: false,
        newDevices: [],
        threads,
        open: opening.open,
        muted: new Set(opening.muted.filter((muted) => /^[@#]./.test(muted)) as ConversationName[]),
        blocked: new Set(opening.blocked),
        files: {},
        saved: {},
        transfers: {},
        selectedPerson: null,
        selectedFile: null,
        wheeled: unmoved,
        typedAt: 0,
        killed: null,
        completion: null,
        hit: null,
      },
    },
  };
}

/** Applies all events since the last frame; the messages of a conversation are merged in one step. */
export function applyClientEvents(state: State, events: readonly ClientEvent[]): State {
  if (state.screen.name !== 'chat') return state;
  let next: State = state;
  let { chat } = state.screen;
  const messages = new Map<ConversationName, { all: Message[]; fresh: number }>();
  const threads: Record<string, Thread> = { ...chat.threads };
  const thread = (name: ConversationName): Thread => threads[name] ?? emptyThread(name);
  for (const event of events) {
    if (event.type !== 'typing' || state.settings.typing) chat = typingAfter(chat, event, state.now);
    switch (event.type) {
      case 'message': {
        const { conversation, from } = event.message;
        const batch = messages.get(conversation) ?? { all: [], fresh: 0 };
        batch.all.push(event.message);
        if (event.fresh && from !== chat.me.name && !chat.blocked.has(from)) batch.fresh++;
        messages.set(conversation, batch);
        break;
      }
      case 'withdrawn': {
        messages.set(event.conversation, without(messages.get(event.conversation), event));
        threads[event.conversation] = withdrawn(thread(event.conversation), event);
        break;
      }
      case 'moved':
        messages.delete(event.conversation);
        threads[event.conversation] = unloaded(thread(event.conversation));
        break;
      case 'conversation':
        threads[event.conversation.name] = { ...thread(event.conversation.name), ...event.conversation };
        break;
      case 'gap':
        threads[event.gap.conversation] = withGap(thread(event.gap.conversation), event.gap);
        break;
      case 'link':
        if (event.link.state === 'closed' && event.link.code !== undefined)
          next = { ...next, overlay: closedPage(event.link.reason, event.link.code) };
        chat = { ...chat, link: event.link };
        if (event.link.state === 'online')
          for (const [name, lacking] of Object.entries(threads)) threads[name] = retriable(lacking);
        break;
      case 'people':
        chat = {
          ...chat,
          people: { ...chat.people, ...Object.fromEntries(event.people.map((one) => [one.name, one])) },
        };
        break;
      case 'unregistered':
        chat = {
          ...chat,
          people: Object.fromEntries(Object.entries(chat.people).filter(([name]) => name !== event.name)),
        };
        if (!chat.blocked.has(event.name))
          next = { ...next, notice: { text: strings.notices.unregistered(event.name), tone: 'info' } };
        break;
      case 'transfer':
        chat = { ...chat, transfers: { ...chat.transfers, [fileKey(event.transfer)]: event.transfer } };
        break;
      case 'key-changed':
        chat = changedKey(chat, event.name, event.offered);
        next = { ...next, notice: { text: strings.notices.keyChanged(event.name), tone: 'bad' } };
        break;
      case 'new-device': {
        const { type, ...added } = event;
        chat = { ...chat, newDevices: [...chat.newDevices.filter(({ device }) => device !== added.device), added] };
        break;
      }
      case 'devices-seen':
        chat = { ...chat, newDevices: chat.newDevices.filter(({ device }) => !event.devices.includes(device)) };
        break;
      case 'notice':
        next = { ...next, notice: { text: event.text, tone: 'info' } };
        break;
    }
  }
  for (const { all } of messages.values()) chat = withFiles(chat, all);
  for (const [name, { all, fresh }] of messages) {
    const isOpen = name === chat.open;
    const view = { fresh, seen: isOpen && isLooking(state), me: chat.me.name, blocked: chat.blocked };
    const isChosenIn = isOpen && fresh > 0 && paneOf(state) === 'messages';
    threads[name] = trimmed(received(isChosenIn ? anchored(thread(name)) : thread(name), all, view), isOpen);
  }
  return { ...next, screen: { name: 'chat', chat: { ...chat, threads } } };
}

/** The page with the whole reason, for which the status line has no room. */
function closedPage(reason: string, code: ClientErrorCode): Overlay {
  const { kept, looks, leave } = strings.closed;
  if (code === 'account-closed')
    return {
      kind: 'page',
      title: strings.closing.closedTitle,
      lines: [reason, '', strings.closing.readable, '', leave],
      top: 0,
    };
  const lines = [reason, '', kept, '', code === 'key-changed' ? looks : leave];
  return { kind: 'page', title: strings.pages.closed, lines, top: 0 };
}

/** While one of its messages is selected, new messages do not move it out of the window. */
function anchored(thread: Thread): Thread {
  const last = thread.messages.at(-1);
  if (thread.selected === null || thread.anchor !== null || last === undefined || hasKey(last, thread.selected))
    return thread;
  return { ...thread, anchor: { key: keyOf(last), below: 0 } };
}

function received(
  thread: Thread,
  arrived: readonly Message[],
  { fresh, seen, me, blocked }: { fresh: number; seen: boolean; me: string; blocked: ReadonlySet<string> },
): Thread {
  const next = { ...thread, messages: merge(thread.messages, fitting(thread, arrived)) };
  return {
    ...next,
    below: belowAfter(next, fresh, { me, blocked }),
    mentionAt: mentionAt(arrived, me, { known: thread.mentionAt, blocked }),
    // While nobody looks, the line "new" stays where the person stopped reading.
    newAfter:
      thread.newAfter ?? (fresh > 0 && !seen && thread.messages.length > 0 ? (lastSeq(thread.messages) ?? null) : null),
  };
}

/** A message in the window may get its place only now. Where newer messages were unloaded, the new ones are below. */
function belowAfter(thread: Thread, fresh: number, who: { me: string; blocked: ReadonlySet<string> }): number {
  if (thread.anchor === null) return 0;
  const came = thread.below + fresh;
  return thread.cut ? came : Math.min(came, othersBelow(thread, who));
}

/** Removes a withdrawn message from the batch. */
function without(batch: { all: Message[]; fresh: number } | undefined, gone: MessageRef) {
  return { fresh: batch?.fresh ?? 0, all: (batch?.all ?? []).filter((message) => !isGone(message, gone)) };
}

function withdrawn(thread: Thread, gone: MessageRef): Thread {
  return { ...thread, messages: thread.messages.filter((message) => !isGone(message, gone)) };
}

function isGone(message: Message, gone: MessageRef): boolean {
  return message.seq === null && keyOf(message) === keyOf(gone);
}

function lastSeq(messages: readonly Message[]): number | undefined {
  return messages.findLast((message) => message.seq !== null)?.seq ?? undefined;
}

export function history(
  state: State,
  event: { conversation: ConversationName; messages: Message[]; gaps: Gap[]; more: boolean },
): State {
  return withChat(state, (chat) => {
    const thread = chat.threads[event.conversation] ?? emptyThread(event.conversation);
    const withGaps = event.gaps.reduce(withGap, thread);
    const messages = merge(thread.messages, event.messages);
    return {
      ...withFiles(chat, event.messages),
      threads: {
        ...chat.threads,
        [event.conversation]: trimmed(
          { ...withGaps, messages, more: event.more, loaded: 'yes' },
          event.conversation === chat.open,
        ),
      },
    };
  });
}

function withGap(thread: Thread, gap: Gap): Thread {
  const same = (other: Gap) => other.from === gap.from && other.before === gap.before && other.reason === gap.reason;
  return thread.gaps.some(same) ? thread : { ...thread, gaps: [...thread.gaps, gap] };
}

function changedKey(chat: Chat, name: string, offered: string): Chat {
  const person = personOf(chat, name);
  return person ? { ...chat, people: { ...chat.people, [name]: { ...person, changedTo: offered } } } : chat;
}

/** Adds the files of messages to the files pane, and removes those of deleted messages. */
function withFiles(chat: Chat, messages: readonly Message[]): Chat {
  let files: Record<string, FileInfo> | null = null;
  for (const { body, deleted } of messages) {
    if (body.kind !== 'file') continue;
    files ??= { ...chat.files };
    const key = fileKey(body.file);
    if (deleted) delete files[key];
    else files[key] = body.file;
  }
  return files === null ? chat : { ...chat, files };
}
