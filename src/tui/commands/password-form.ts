/** The form of `.passwd` on the screen. */
import { isSamePassword, newPasswordProblem } from '../../protocol/base/password.ts';
import { printable } from '../../protocol/base/safe-text.ts';
import type { ChatScope } from '../chat/chat-scope.ts';
import { textOf } from '../state/editor.ts';
import type { Overlay } from '../state/state.ts';
import { strings } from '../text/strings.ts';

/** Enter in the form: goes to the next field, and from the last one changes the password. */
export async function submitPassword(
  { store, controller }: ChatScope,
  form: Extract<Overlay, { kind: 'passwd' }>,
): Promise<void> {
  const [old, fresh, again] = form.fields.map(textOf) as [string, string, string];
  const fail = (text: string, field: 0 | 1 | 2, instead: Overlay = form) =>
    store.dispatch({
      type: 'answered',
      overlay: { ...form, busy: false, error: { field, text }, active: field },
      instead,
    });
  if (form.busy) return;
  if (form.active < 2) return store.dispatch({ type: 'moved', move: 'next-field' });
  const fault = newPasswordProblem(fresh);
  if (fault !== null) return fail(fault, 1);
  if (!isSamePassword(fresh, again)) return fail(strings.login.errors.repeat, 2);
  const waiting: Overlay = { ...form, busy: true, error: null };
  store.dispatch({ type: 'overlay', overlay: waiting });
  try {
    await controller.client.passwd(old, fresh);
    store.dispatch({ type: 'answered', overlay: null, instead: waiting });
    controller.notify(strings.notices.passwd, 'good');
  } catch (error) {
    const isWrong = (error as { code?: unknown }).code === 'login-refused';
    const reason = isWrong ? strings.passwd.wrong : printable(error instanceof Error ? error.message : String(error));
    fail(reason, 0, waiting);
    // The form was closed meanwhile: a notice says it.
    if (store.get().overlay?.kind !== 'passwd') controller.notify(reason, 'bad');
  }
}
