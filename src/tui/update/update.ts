/**
 * Folder `update`: the pure function from a state and an event to the next state, and the store that holds it; it has no
 * effects. Makes the next state from an event. Pure, and the only place that changes the state.
 */

import { anchorAt } from '../messages/viewport.ts';
import { lookOf, unmoved } from '../selectors/selectors.ts';
import { type EditName, type Editor, edits, emptyEditor, insert, killedBy } from '../state/editor.ts';
import type { Event } from '../state/event.ts';
import {
  askedOf,
  chatOf,
  fieldOf,
  isExact,
  isTypingAhead,
  MAX_DRAFT,
  openThread,
  pasteable,
  pastedText,
  typeable,
  withChat,
  withField,
  withThread,
} from '../state/focus.ts';
import { fileKey } from '../state/message-list.ts';
import { unreadOf } from '../state/muting.ts';
import { stashDraft } from '../state/stashed-draft.ts';
import { type Chat, emptyThread, type Overlay, type State, type Thread } from '../state/state.ts';
import { isRich } from '../state/theme.ts';
import { applyClientEvents, history, openChat } from './client-events.ts';
import { reloadNewest, retriable, trimmed } from './loaded-messages.ts';
import { applyToLock } from './lock-form.ts';
import { about, restoreLine, takeLine } from './message-line.ts';
import { applyMouse } from './mouse.ts';
import { block, mute, unfold } from './mute-and-block.ts';
import { keepSelection, navigate, refit } from './navigation.ts';
import { showOldest, showUnread } from './open-at-unread.ts';
import { deliverTypeAhead } from './type-ahead.ts';
import { nobodyTypes, typingAt } from './typing-people.ts';

/** Text typed within this time after another conversation opened was meant for the one before. ms. */
const HASTE = 1500;
/** Events of keys: they end the mark of a search result. */
const keys: ReadonlySet<Event['type']> = new Set(['typed', 'pasted', 'edited', 'moved', 'opened', 'mouse', 'focused']);
/** A join link alone, in quotes, or in the line that a server prints. */
const pastedLink = /^(?:securechat\s+)?['"]?(securechat:\/\/[^'"]+)/;
/** How long a notice is shown when no key is pressed. ms. */
const NOTICE_FOR = 10_000;

export function update(state: State, event: Event & { at: number }): State {
  const marked = keys.has(event.type) ? clearHit(state) : state;
  const now = marked.now === event.at ? marked : { ...marked, now: event.at };
  const done = (now.lock === null ? null : applyToLock(now, now.lock, event)) ?? apply(now, event);
  const next = keepSelection(deliverTypeAhead(done === state ? done : showUnread(reloadNewest(done))));
  return next.notice === state.notice ? next : { ...next, noticeAt: event.at };
}

function apply(state: State, event: Event): State {
  switch (event.type) {
    case 'tick':
      return fadeTyping(state.now - state.noticeAt > NOTICE_FOR ? clearNotice(state) : state);
    case 'drawn':
      return { ...state, drawn: true };
    case 'resized':
      return refit({ ...state, size: { columns: event.columns, rows: event.rows } });
    case 'watched':
      return state.watched === event.watched ? state : { ...state, watched: event.watched };
    case 'typed':
      return type(state, typeable(event.text, isExact(state)));
    case 'pasted':
      return paste(state, event.text);
    case 'edited':
      return edit(clearNotice(state), event.edit);
    case 'yanked':
      return changeField(clearNotice(state), (field) => insert(field, chatOf(state)?.killed?.text ?? ''));
    case 'filled':
      return withField(state, event.editor);
    case 'command-started':
      return withChat({ ...state, focus: 'composer', overlay: null }, (chat) =>
        withThread({ ...chat, completion: null }, stashDraft(openThread(chat), event.editor)),
      );
    case 'completed':
      return complete(state, event.completion);
    case 'moved':
      return navigate(event.move === 'back' ? state : clearNotice(state), event.move);
    case 'focused':
      return { ...state, focus: event.focus, overlay: null };
    case 'mouse':
      return applyMouse(clearNotice(state), event, opened);
    case 'lock':
      return { ...state, lock: event.lock };
    case 'overlay':
      return { ...state, overlay: event.overlay };
    case 'answered':
      return isStill(state.overlay, event.instead) ? { ...state, overlay: event.overlay } : state;
    case 'asked':
      return { ...state, overlay: { kind: 'confirm', question: event.question, at: state.now, stray: false } };
    case 'notice':
      return { ...state, notice: event.notice };
    case 'settings':
      return configure(state, event.settings);
    case 'background':
      return isRich(state.terminalTheme) ? { ...state, terminalTheme: event.light ? 'light' : 'dark' } : state;
    case 'away':
      return withChat(state, (chat) => ({ ...chat, away: event.away }));
    case 'login':
      return state.screen.name === 'login'
        ? { ...state, screen: { name: 'login', login: { ...state.screen.login, ...event.change } } }
        : state;
    case 'progress':
      return state.screen.name === 'login'
        ? { ...state, screen: { name: 'login', login: { ...state.screen.login, busy: event.step, waiting: null } } }
        : state;
    case 'entered':
      return openChat(state, event.opening);
    case 'left':
      return { ...state, screen: { name: 'leaving' }, overlay: null };
    case 'client-events':
      return applyClientEvents(state, event.events);
    case 'opened':
      return opened(state, event.conversation);
    case 'loading':
      return withChat(state, (chat) => changeThread(chat, event.conversation, { loaded: 'loading' }));
    case 'history':
      return history(state, event);
    case 'retried':
      return withChat(state, (chat) => {
        const thread = chat.threads[event.conversation];
        return thread === undefined ? chat : withThread(chat, retriable(thread));
      });
    case 'files':
      return withChat(state, (chat) => ({
        ...chat,
        files: { ...chat.files, ...Object.fromEntries(event.files.map((file) => [fileKey(file), file])) },
        saved: Object.fromEntries(
          event.files.flatMap((file) => (file.saved === null ? [] : [[fileKey(file), file.saved]])),
        ),
      }));
    case 'taken':
      return withChat(clearNotice(state), (chat) => takeLine(chat, event.text));
    case 'unselected':
      return withChat(state, (chat) => changeThread(chat, event.conversation, { selected: null }));
    case 'returned':
      return withChat(state, (chat) => restoreLine(chat, event));
    case 'about':
      return withChat({ ...state, focus: 'composer', overlay: null }, (chat) => about(chat, event.about));
    case 'muted':
      return withChat(state, (chat) => mute(chat, event.conversation, event.on));
    case 'blocked':
      return withChat(state, (chat) => block(chat, event.name, event.on));
    case 'unfolded':
      return withChat(state, (chat) => {
        const thread = chat.threads[event.conversation];
        return thread === undefined ? chat : withThread(chat, unfold(thread, event.run));
      });
    case 'unread-too-old':
      return showOldest(state, event.conversation);
    case 'jumped':
      return jump(state, event);
    case 'thread':
      return withChat(state, (chat) => changeThread(chat, event.conversation, event.change));
  }
}

/** Removes the notice: a key means that it was read. */
function clearNotice(state: State): State {
  return state.notice === null ? state : { ...state, notice: null };
}

function clearHit(state: State): State {
  return chatOf(state)?.hit == null ? state : withChat(state, (chat) => ({ ...chat, hit: null }));
}

function fadeTyping(state: State): State {
  const chat = chatOf(state);
  const next = chat === null ? null : typingAt(chat, state.now);
  return next === null || next === chat ? state : withChat(state, () => next);
}

function configure(state: State, settings: Partial<State['settings']>): State {
  const next = { ...state, settings: { ...state.settings, ...settings } };
  return next.settings.typing ? next : withChat(next, nobodyTypes);
}

function changeField(state: State, change: (editor: Editor) => Editor): State {
  const field = fieldOf(state);
  if (field === null) return state;
  const next = change(field);
  const [from, to] = [field.before.length + field.after.length, next.before.length + next.after.length];
  if (to > MAX_DRAFT && to > from) return state;
  return next.before === field.before && next.after === field.after ? state : withField(state, next);
}

/** Ctrl+Y never puts back text that was deleted in a form or a password field. */
function edit(state: State, name: EditName): State {
  const field = fieldOf(state);
  const edited = changeField(state, edits[name]);
  const left = fieldOf(edited);
  if (edited === state || field === null || left === null || state.overlay?.kind === 'secrets') return edited;
  return withChat(edited, (chat) => ({ ...chat, killed: killedBy(name, field, left, chat.killed) }));
}

/** Typing over a question means that it was not read. */
function markStray(state: State): State {
  const { overlay, screen } = state;
  if (askedOf(state) === null) return state;
  if (overlay !== null && 'stray' in overlay) return { ...state, overlay: { ...overlay, stray: true, at: state.now } };
  if (screen.name !== 'login' || screen.login.offered === null) return state;
  const offered = { ...screen.login.offered, stray: true, at: state.now };
  return { ...state, screen: { name: 'login', login: { ...screen.login, offered } } };
}

function type(state: State, text: string): State {
  if (text === '') return state;
  const ready = clearNotice(markStray(state));
  // Letters typed in a pane belong to the composer.
  const here =
    fieldOf(ready) === null && chatOf(ready) && ready.overlay === null
      ? { ...ready, focus: 'composer' as const }
      : ready;
  return changeField(here, (editor) => insert(editor, text));
}

function paste(state: State, text: string): State {
  if (isTypingAhead(state)) return changeField(state, (field) => insert(field, pastedText(text)));
  const toChat = state.screen.name === 'chat' && state.overlay === null;
  const ready = toChat ? { ...clearNotice(state), focus: 'composer' as const } : markStray(state);
  const clean = pasteable(text, state);
  // A join link is a whole address: it replaces the field.
  const link = state.screen.name === 'login' && state.screen.login.active === 'server' ? pastedLink.exec(clean) : null;
  // A link copied from a narrow window contains line ends and the frame.
  return changeField(ready, (editor) =>
    link?.[1] === undefined ? insert(editor, clean) : insert(emptyEditor, link[1].replace(/[\s│]/g, '')),
  );
}

function complete(state: State, completion: NonNullable<Chat['completion']>): State {
  const field = fieldOf(state);
  if (field === null) return state;
  const filled = withField(state, {
    before: completion.head + (completion.words[completion.at] ?? ''),
    after: field.after,
  });
  // With a single word there is no next one: the next Tab completes from there, into a folder for example.
  return withChat(filled, (chat) => ({ ...chat, completion: completion.words.length > 1 ? completion : null }));
}

function opened(state: State, name: Thread['name']): State {
  return withChat({ ...clearNotice(state), overlay: null, focus: 'composer' }, (chat) => open(chat, name, state.now));
}

function changeThread(chat: Chat, name: Thread['name'], change: Partial<Thread>): Chat {
  return withThread(chat, { ...(chat.threads[name] ?? emptyThread(name)), ...change });
}

function open(chat: Chat, name: Thread['name'], now: number): Chat {
  if (chat.open === name) return chat;
  const last = openThread(chat);
  const typing = now - chat.typedAt < HASTE && last.draft.before + last.draft.after !== '';
  const next = chat.threads[name] ?? emptyThread(name);
  return changeThread(
    withThread(
      { ...chat, open: name, completion: null, selectedPerson: null, selectedFile: null, wheeled: unmoved },
      trimmed({ ...last, newAfter: null, locatingUnread: false, hasty: false, unfolded: [], selected: null }, false),
    ),
    name,
    {
      loaded: retriable(next).loaded,
      newAfter: unreadOf(chat, next) > 0 ? next.read : null,
      locatingUnread: unreadOf(chat, next) > 0,
      hasty: typing,
    },
  );
}

/** Whether the overlay is still the same. A key comparison may have got a stray letter meanwhile. */
function isStill(now: Overlay | null, then: Overlay | null): boolean {
  if (now?.kind !== 'fingerprint' || then?.kind !== 'fingerprint') return now === then;
  return now.name === then.name && now.digits === then.digits;
}

function jump(state: State, event: { conversation: Thread['name']; key: string; words: string }): State {
  const hit = { key: event.key, words: event.words };
  return withChat({ ...state, overlay: null, focus: 'messages' }, (chat) => {
    const opened = { ...open(chat, event.conversation, 0), hit };
    const thread = openThread(opened);
    const here = { ...state, screen: { name: 'chat' as const, chat: opened } };
    const { look, height } = lookOf(here);
    const anchor = anchorAt(thread, look, height, event.key);
    return withThread(opened, { ...thread, anchor, locatingUnread: false, selected: event.key });
  });
}
