/** Finds the one text field that has the cursor, and the scopes whose keys apply. */
import { printable } from '../../protocol/base/safe-text.ts';
import { type Editor, textOf } from './editor.ts';
import type { FocusScope } from './keys.ts';
import type { Asked } from './question.ts';
import type { Chat, Focus, Overlay, State, Thread } from './state.ts';
import { emptyThread } from './state.ts';

/** The limit of a field: bytes of UTF-8 for a paste, UTF-16 units otherwise. */
export const MAX_DRAFT = 65_536;

export function chatOf(state: State): Chat | null {
  return state.screen.name === 'chat' ? state.screen.chat : null;
}

export function withChat(state: State, change: (chat: Chat) => Chat): State {
  return state.screen.name === 'chat' ? { ...state, screen: { name: 'chat', chat: change(state.screen.chat) } } : state;
}

export function openThread(chat: Pick<Chat, 'open' | 'threads'>): Thread {
  return chat.threads[chat.open] ?? emptyThread(chat.open);
}

export function withThread(chat: Chat, thread: Thread): Chat {
  return { ...chat, threads: { ...chat.threads, [thread.name]: thread } };
}

/** The pane that gets the keys: the one that is open over the others, else the one with the focus. */
export function paneOf({ overlay, focus }: Pick<State, 'overlay' | 'focus'>): Focus {
  return overlay?.kind === 'pane' ? overlay.pane : focus;
}

/** Whether typed text is kept until its field appears: before the first frame, and while the login is busy. */
export function isTypingAhead({ drawn, overlay, screen }: State): boolean {
  return !drawn || (overlay === null && screen.name === 'login' && screen.login.busy !== null);
}

/** The field that typed text goes to; null when there is none. */
export function fieldOf(state: State): Editor | null {
  const { overlay, screen } = state;
  if (isTypingAhead(state)) return state.typeAhead;
  if (screen.name === 'login') {
    if (overlay !== null || screen.login.busy !== null || screen.login.step === 'trust') return null;
    return screen.login.fields[screen.login.active];
  }
  if (screen.name !== 'chat') return null;
  if (overlay?.kind === 'secrets') return overlay.busy ? null : (overlay.fields[overlay.active] ?? null);
  if (overlay !== null) return 'query' in overlay ? overlay.query : null;
  return state.focus === 'composer' ? openThread(screen.chat).draft : null;
}

/** The entry that is selected at first: in a folder the first one after `..`. */
export function firstChoice(overlay: Extract<Overlay, { query: Editor }>): number {
  if (overlay.kind !== 'picker' || textOf(overlay.query).trim() !== '') return 0;
  return Math.min(1, Math.max(0, (overlay.entries?.length ?? 0) - 1));
}

export function withField(state: State, editor: Editor): State {
  const { overlay, screen } = state;
  if (isTypingAhead(state)) return { ...state, typeAhead: editor };
  if (screen.name === 'login') {
    const { login } = screen;
    const { [login.active]: _, ...errors } = login.errors;
    return {
      ...state,
      screen: { name: 'login', login: { ...login, errors, fields: { ...login.fields, [login.active]: editor } } },
    };
  }
  if (overlay?.kind === 'secrets') {
    const fields = overlay.fields.with(overlay.active, editor);
    return { ...state, overlay: { ...overlay, fields, error: null } };
  }
  if (overlay !== null && 'query' in overlay) {
    return { ...state, overlay: { ...overlay, query: editor, selected: firstChoice({ ...overlay, query: editor }) } };
  }
  return withChat(state, (chat) => {
    const thread = openThread(chat);
    // An emptied line needs no confirmation: what is typed next is meant for the conversation on the screen.
    const hasty = thread.hasty && textOf(editor) !== '';
    return withThread(
      { ...chat, completion: null, typedAt: state.now },
      { ...thread, draft: editor, recalled: 0, hasty },
    );
  });
}

/** Whether the person can see what arrives. */
export function isLooking({ watched, lock }: State): boolean {
  return watched && lock === null;
}

/** The question that is shown, if any. */
export function askedOf({ lock, overlay, screen }: State): Asked | null {
  if (lock !== null) return null;
  if (overlay !== null) return 'stray' in overlay ? overlay : null;
  return screen.name === 'login' && screen.login.step === 'trust' ? screen.login.offered : null;
}

/** The scopes whose keys apply, nearest first. */
export function focusScopesOf(state: State): readonly FocusScope[] {
  const { overlay, screen } = state;
  if (state.lock !== null) return ['field', 'lock'];
  if (!state.drawn) return ['type-ahead', 'field', 'anywhere'];
  if (askedOf(state) !== null) return ['question', 'anywhere'];
  const field: FocusScope[] = fieldOf(state) === null ? [] : ['field'];
  if (overlay !== null && overlay.kind !== 'pane') return [...field, 'overlay', 'anywhere'];
  if (screen.name === 'login')
    return [...(isTypingAhead(state) ? (['type-ahead'] as const) : []), ...field, 'login', 'anywhere'];
  if (screen.name !== 'chat') return ['anywhere'];
  const pane = paneOf(state);
  if (pane === 'composer') return ['composer', 'field', 'chat', 'anywhere'];
  return [pane, 'pane', 'chat', 'anywhere'];
}

/** Whether the field takes text unchanged: a message is sent byte for byte, and a password is compared byte for byte. */
export function isExact(state: State): boolean {
  const { overlay, screen } = state;
  // The field where it arrives decides.
  if (isTypingAhead(state)) return true;
  if (overlay !== null) return overlay.kind === 'secrets';
  if (screen.name === 'login') return screen.login.active === 'password' || screen.login.active === 'repeat';
  return true;
}

/**
 * Characters that no keyboard types: controls, direction marks, invisible and unassigned ones. Joiners and marks are typed
 * separately.
 */
const untypeable =
  /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]/gu;

/** Typed text without what a field does not take; with `exact`, only controls are removed, as they are keys. */
export function typeable(text: string, exact: boolean): string {
  return text.replace(exact ? /[\p{Cc}\p{Cs}]/gu : untypeable, '');
}

/** A paste with the line ends of a message: terminals send CR. Nothing else is changed. */
export function pastedText(text: string): string {
  return text.toWellFormed().replace(/\r\n?/g, '\n');
}

/**
 * A paste as the open field takes it: lines in the composer, a password without its final line end, one printable line elsewhere.
 */
export function pasteable(text: string, state: State): string {
  const lines = pastedText(text);
  if (state.overlay === null && state.screen.name === 'chat') return lines;
  return isExact(state) ? lines.replace(/\n$/, '') : printable(lines).trim();
}
