/** The forms of `.passwd`, `.account close` and `.keys` on the screen. */
import { isSamePassword, newPasswordProblem, type Secret } from '../../protocol/base/password.ts';
import { printable } from '../../protocol/base/safe-text.ts';
import type { ChatScope } from '../chat/chat-scope.ts';
import { textOf } from '../state/editor.ts';
import type { KeyWork, Overlay } from '../state/state.ts';
import { exportStrings } from '../text/export-strings.ts';
import { strings } from '../text/strings.ts';
import { checkExport, exportKeys } from './keys-commands.ts';

type Form = Extract<Overlay, { kind: 'secrets' }>;

/** What is shown when a form has done its work: a notice, or a page that stays until it is closed. */
type Outcome = { notice: string } | { title: string; lines: readonly string[] };

/** Enter in a form: goes to the next field, and from the last one does what the form is for. */
export async function submitSecrets(scope: ChatScope, form: Form): Promise<void> {
  if (form.busy) return;
  if (form.active < form.fields.length - 1) return scope.store.dispatch({ type: 'moved', move: 'next-field' });
  if (form.form === 'passwd') return changePassword(scope, form);
  if (form.form === 'close-account') return closeAccount(scope, form);
  return workOnKeys(scope, form, form.form);
}

async function changePassword(scope: ChatScope, form: Form): Promise<void> {
  const { client } = scope.controller;
  const [old = '', fresh = ''] = form.fields.map(textOf);
  if (!isNewSecret(scope, form, 'password')) return;
  await carryOut(scope, form, strings.passwd.wrong, async () => {
    await client.passwd(old, fresh);
    return { notice: strings.notices.passwd };
  });
}

async function closeAccount(scope: ChatScope, form: Form): Promise<void> {
  const { client } = scope.controller;
  const [password = ''] = form.fields.map(textOf);
  const { wrong, done } = strings.closing;
  await carryOut(scope, form, wrong, async () => {
    await client.closeAccount(password);
    return { notice: done(client.me.name) };
  });
}

async function workOnKeys(scope: ChatScope, form: Form, work: KeyWork): Promise<void> {
  const { client } = scope.controller;
  const [secret = '', passphrase = ''] = form.fields.map(textOf);
  if (work.do === 'export' && !isNewSecret(scope, form, 'passphrase')) return;
  // The login of an export is refused for another reason, which its sentence says.
  const wrong = work.do === 'check' ? null : exportStrings.wrong;
  await carryOut(scope, form, wrong, async () => {
    const title = exportStrings.titles[work.do];
    switch (work.do) {
      case 'export':
        return { title, lines: await exportKeys(client, work.path, secret, passphrase) };
      case 'check':
        return { title, lines: await checkExport(work.path, secret) };
      case 'rotate':
        await client.rotateKeys(secret);
        return { title, lines: [exportStrings.rotated, exportStrings.afterRotation] };
    }
  });
}

/** Checks the second and the third field: a new secret, and the same again. */
function isNewSecret(scope: ChatScope, form: Form, secret: Secret): boolean {
  const [, fresh = '', again = ''] = form.fields.map(textOf);
  const fault = newPasswordProblem(fresh, secret);
  if (fault !== null) fail(scope, form, form, { field: 1, text: fault });
  else if (!isSamePassword(fresh, again)) fail(scope, form, form, { field: 2, text: strings.login.errors.repeat });
  else return true;
  return false;
}

/** @param wrong the sentence when the first field holds a wrong password; null when it holds none */
async function carryOut(
  scope: ChatScope,
  form: Form,
  wrong: string | null,
  action: () => Promise<Outcome>,
): Promise<void> {
  const { store, controller } = scope;
  const waiting: Form = { ...form, busy: true, error: null };
  store.dispatch({ type: 'overlay', overlay: waiting });
  try {
    const outcome = await action();
    if ('notice' in outcome) {
      store.dispatch({ type: 'answered', overlay: null, instead: waiting });
      controller.notify(outcome.notice, 'good');
      return;
    }
    // Also if the form was closed meanwhile: the page may hold words that are shown only once.
    store.dispatch({ type: 'overlay', overlay: { kind: 'page', top: 0, ...outcome } });
  } catch (error) {
    const isWrong = wrong !== null && (error as { code?: unknown }).code === 'login-refused';
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
