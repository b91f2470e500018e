/**
 * Text that was typed before its field appeared: while the screen is loading, keys are made, or a login runs. It is kept as in a
 * field and inserted whole where the next letter would go. An Enter in it does nothing: the person did not see what it would do.
 */
import { type Editor, emptyEditor, insert, textOf } from '../state/editor.ts';
import {
  fieldOf,
  isExact,
  isTypingAhead,
  openThread,
  typeable,
  withChat,
  withField,
  withThread,
} from '../state/focus.ts';
import type { Login } from '../state/login-form.ts';
import type { State } from '../state/state.ts';
import { strings } from '../text/strings.ts';
import { navigate } from './navigation.ts';

/** Inserts the text once its field is there. Call it after each event. */
export function deliverTypeAhead(state: State): State {
  const text = textOf(state.typeAhead);
  if (text === '' || isTypingAhead(state)) return state;
  const { screen } = state;
  if (screen.name === 'leaving') return state;
  if (screen.name === 'chat') return intoLine(cleared(state), text);
  // The question is answered first.
  if (screen.login.step === 'trust' || state.overlay !== null) return state;
  // The text was meant for a form that did not appear.
  if (Object.keys(screen.login.errors).length > 0) return cleared(state);
  return intoForm(cleared(state), text.split('\n'));
}

function cleared(state: State): State {
  return { ...state, typeAhead: emptyEditor };
}

/** Appends to the draft. Sending asks first, as the person did not see where it would go. */
function intoLine(state: State, text: string): State {
  return withChat(state, (chat) => {
    const thread = openThread(chat);
    const draft: Editor = insert({ before: textOf(thread.draft), after: '' }, text.replace(/\n+$/, ''));
    return withThread(chat, { ...thread, draft, hasty: true });
  });
}

/** Fills one line into each field, as far as Enter only moves to the next field. */
function intoForm(state: State, [line = '', ...more]: readonly string[]): State {
  const field = fieldOf(state);
  if (field === null) return state;
  // Enter alone does not leave an empty field, except the server's, where it means the default.
  const stays = line === '' && textOf(field) === '' && isAccount(state);
  if (stays && more.length > 0) return intoForm(state, more);
  const filled = line === '' ? state : withField(state, insert(field, typeable(line, isExact(state))));
  if (more.join('').trim() === '' || filled.screen.name !== 'login') return filled;
  if (hasNext(filled.screen.login)) return intoForm(navigate(filled, 'next-field'), more);
  return { ...filled, notice: { text: strings.notices.typedEarly, tone: 'info' } };
}

function isAccount({ screen }: State): boolean {
  return screen.name === 'login' && screen.login.step === 'account';
}

function hasNext({ step, active, making }: Login): boolean {
  return step === 'account' && (active === 'name' || (making && active === 'password'));
}
