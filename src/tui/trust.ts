/** Whose key is whose: comparing, taking a changed one, and one's own password. */
import { printable } from '../protocol/text.ts';
import type { CommandsDesk } from './desk.ts';
import { textOf } from './editor.ts';
import type { Session } from './session.ts';
import type { Overlay } from './state.ts';
import { MIN_PASSWORD } from './strength.ts';
import { strings } from './strings.ts';

export class Trust {
  readonly #desk: CommandsDesk;

  constructor(desk: CommandsDesk) {
    this.#desk = desk;
  }

  /** Enter in the fingerprint overlay. */
  async decide(name: string): Promise<void> {
    const { session, store } = this.#desk;
    const person = session?.chat.people[name];
    if (session === null || person === undefined) return;
    store.dispatch({ type: 'overlay', overlay: null });
    await session.attempt(async () => {
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
    const fail = (error: string, active: 0 | 1 | 2) =>
      store.dispatch({ type: 'overlay', overlay: { ...overlay, busy: false, error, active } });
    if (overlay.busy || session === null) return;
    if (overlay.active < 2) return store.dispatch({ type: 'moved', move: 'next-field' });
    if (Array.from(fresh).length < MIN_PASSWORD) return fail(strings.login.errors.short, 1);
    if (fresh !== again) return fail(strings.login.errors.repeat, 2);
    store.dispatch({ type: 'overlay', overlay: { ...overlay, busy: true, error: null } });
    try {
      await session.client.passwd(old, fresh);
      store.dispatch({ type: 'overlay', overlay: null });
      session.tell(strings.notices.passwd, 'good');
    } catch (error) {
      fail(printable(error instanceof Error ? error.message : String(error)), 0);
    }
  }

  async verify(session: Session, rest: string): Promise<void> {
    const { store } = this.#desk;
    const name = rest === '' ? session.chat.open.slice(1) : rest.replace(/^@/, '');
    if (session.chat.people[name] === undefined || (rest === '' && session.chat.open.startsWith('#'))) {
      return session.tell(rest === '' ? strings.notices.verifyWhom : strings.notices.unknownPerson(name), 'bad');
    }
    const show = (digits: string | null, error: string | null) =>
      store.dispatch({ type: 'overlay', overlay: { kind: 'fingerprint', name, digits, error } });
    show(null, null);
    try {
      const digits = await session.client.safetyNumber(name);
      if (store.get().overlay?.kind === 'fingerprint') show(digits.replace(/\D/g, ''), null);
    } catch (error) {
      show(null, printable(error instanceof Error ? error.message : String(error)));
    }
  }
}
