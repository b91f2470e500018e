/** Enter in the form of a locked screen. */
import { printable } from '../../protocol/base/safe-text.ts';
import { textOf } from '../state/editor.ts';
import { unlockForm } from '../state/state.ts';
import { strings } from '../text/strings.ts';
import type { ChatScope } from './chat-scope.ts';

/** Opens the screen if the passphrase is right. It leaves the state before it is checked. */
export async function unlockScreen({ store, controller }: ChatScope): Promise<void> {
  const { lock } = store.get();
  if (lock === null || lock.busy) return;
  const passphrase = textOf(lock.field);
  if (passphrase === '') return;
  store.dispatch({ type: 'lock', lock: { ...unlockForm, busy: true } });
  const error = await controller.client.checkPassphrase(passphrase).then(
    (isRight) => (isRight ? null : strings.lock.wrong),
    (reason: unknown) => printable(reason instanceof Error ? reason.message : String(reason)),
  );
  store.dispatch({ type: 'lock', lock: error === null ? null : { ...unlockForm, error } });
}
