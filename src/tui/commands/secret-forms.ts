/** The forms of `.passwd` and `.account close` on the screen. */
import { isSamePassword, newPasswordProblem } from '../../protocol/base/password.ts';
import { printable } from '../../protocol/base/safe-text.ts';
import type { ChatScope } from '../chat/chat-scope.ts';
import { textOf } from '../state/editor.ts';
import type { Overlay } from '../state/state.ts';
import { strings } from '../text/strings.ts';

type Form = Extract<Overlay, { kind: 'secrets' }>;

/** Enter in a form: goes to the next field, and from the last one does what the form is for. */
export async function submitSecrets(scope: ChatScope, form: Form): Promise<void> {
  if (form.busy) return;
  if (form.active < form.fields.length - 1) return scope.store.dispatch({ type: 'moved', move: 'next-field' });
  return form.form === 'passwd' ? changePassword(scope, form) : closeAccount(scope, form);
}

async function changePassword(scope: ChatScope, form: Form): Promise<void> {
  const { client } = scope.controller;
  const [old = '', fresh = '', again = ''] = form.fields.map(textOf);
  const fault = newPasswordProblem(fresh);
  if (fault !== null) return fail(scope, form, form, { field: 1, text: fault });
  if (!isSamePassword(fresh, again)) return fail(scope, form, form, { field: 2, text: strings.login.errors.repeat });
  await carryOut(scope, form, strings.passwd.wrong, strings.notices.passwd, () => client.passwd(old, fresh));
}

async function closeAccount(scope: ChatScope, form: Form): Promise<void> {
  const { client } = scope.controller;
  const [password = ''] = form.fields.map(textOf);
  const { wrong, done } = strings.closing;
  await carryOut(scope, form, wrong, done(client.me.name), () => client.closeAccount(password));
}

/** @param wrong the sentence when the first field holds a wrong password @param done the notice when it worked */
async function carryOut(
  scope: ChatScope,
  form: Form,
  wrong: string,
  done: string,
  action: () => Promise<void>,
): Promise<void> {
  const { store, controller } = scope;
  const waiting: Form = { ...form, busy: true, error: null };
  store.dispatch({ type: 'overlay', overlay: waiting });
  try {
    await action();
    store.dispatch({ type: 'answered', overlay: null, instead: waiting });
    controller.notify(done, 'good');
  } catch (error) {
    const isWrong = (error as { code?: unknown }).code === 'login-refused';
    const reason = isWrong ? wrong : printable(error instanceof Error ? error.message : String(error));
    fail(scope, form, waiting, { field: 0, text: reason });
    // The form was closed meanwhile: a notice says it.
    if (store.get().overlay?.kind !== 'secrets') controller.notify(reason, 'bad');
  }
}

/** Shows the error beside its field, unless the form was closed. @param shown the form as it is on the screen */
function fail({ store }: ChatScope, form: Form, shown: Form, error: { field: number; text: string }): void {
  const overlay = { ...form, busy: false, error, active: error.field };
  store.dispatch({ type: 'answered', overlay, instead: shown });
}
