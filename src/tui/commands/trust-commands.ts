/** Whose key is whose: comparing, taking a changed one, and one's own password. */
import { isSamePassword, newPasswordFault } from '../../protocol/base/password.ts';
import { printable } from '../../protocol/base/text.ts';
import type { ChatController } from '../session/chat-controller.ts';
import type { CommandsDesk } from '../session/desk.ts';
import { textOf } from '../state/editor.ts';
import { personOf } from '../state/has-own.ts';
import type { Overlay } from '../state/state.ts';
import { strings } from '../text/strings.ts';

export class TrustCommands {
  readonly #desk: CommandsDesk;

  constructor(desk: CommandsDesk) {
    this.#desk = desk;
  }

  /** The changed key is taken as the new one; else the person is marked as verified, or no longer. @returns whether it was done */
  async decide(name: string): Promise<boolean> {
    const { session, store } = this.#desk;
    if (session === null) return false;
    const person = personOf(session.chat, name);
    if (person === undefined) return false;
    return session.attempt(async () => {
      if (person.changedTo !== null) {
        await session.client.acceptKey(name);
        session.tell(strings.fingerprint.accepted(name), 'good');
      } else {
        await session.client.setVerified(name, !person.verified);
        session.tell(
          person.verified ? strings.fingerprint.unverified(name) : strings.fingerprint.verified(name),
          'good',
        );
      }
      store.dispatch({ type: 'news', news: [{ type: 'people', people: await session.client.people() }] });
    });
  }

  async passwd(overlay: Extract<Overlay, { kind: 'passwd' }>): Promise<void> {
    const { store, session } = this.#desk;
    const [old, fresh, again] = overlay.fields.map(textOf) as [string, string, string];
    const fail = (text: string, field: 0 | 1 | 2, instead: Overlay = overlay) =>
      store.dispatch({
        type: 'answered',
        overlay: { ...overlay, busy: false, error: { field, text }, active: field },
        instead,
      });
    if (overlay.busy || session === null) return;
    if (overlay.active < 2) return store.dispatch({ type: 'moved', move: 'next-field' });
    const fault = newPasswordFault(fresh);
    if (fault !== null) return fail(fault, 1);
    if (!isSamePassword(fresh, again)) return fail(strings.login.errors.repeat, 2);
    const waiting: Overlay = { ...overlay, busy: true, error: null };
    store.dispatch({ type: 'overlay', overlay: waiting });
    try {
      await session.client.passwd(old, fresh);
      store.dispatch({ type: 'answered', overlay: null, instead: waiting });
      session.tell(strings.notices.passwd, 'good');
    } catch (error) {
      const isWrong = (error as { code?: unknown }).code === 'login-refused';
      const reason = isWrong ? strings.passwd.wrong : printable(error instanceof Error ? error.message : String(error));
      fail(reason, 0, waiting);
      // Whoever closed the form is told all the same.
      if (store.get().overlay?.kind !== 'passwd') session.tell(reason, 'bad');
    }
  }

  /** @returns whether there is somebody to compare with */
  async verify(session: ChatController, rest: string): Promise<boolean> {
    const { store, clock } = this.#desk;
    const name = rest === '' ? session.chat.open.slice(1) : rest.replace(/^@/, '');
    if (personOf(session.chat, name) === undefined || (rest === '' && session.chat.open.startsWith('#'))) {
      return session.refuse(rest === '' ? strings.notices.verifyWhom : strings.notices.unknownPerson(name));
    }
    if (name === session.chat.me.name) return session.refuse(strings.notices.isMe);
    const page = (digits: string | null, error: string | null): Overlay => ({
      kind: 'fingerprint',
      name,
      digits,
      error,
      at: clock.now(),
      stray: false,
    });
    const waiting = page(null, null);
    store.dispatch({ type: 'overlay', overlay: waiting });
    try {
      const digits = await session.client.safetyNumber(name);
      store.dispatch({ type: 'answered', overlay: page(digits.replace(/\D/g, ''), null), instead: waiting });
    } catch (error) {
      const reason = printable(error instanceof Error ? error.message : String(error));
      store.dispatch({ type: 'answered', overlay: page(null, reason), instead: waiting });
    }
    return true;
  }
}
