/**
 * Folder `login`: the login form and what it does; it knows no chat. This file asks for server, comparison of its key and
 * account, checks the input and shows faults beside their fields.
 */

import type { Client } from '../../client/api/client-api.ts';
import type { Ask, ConnectOptions } from '../../client/connect-types.ts';
import { ClientError } from '../../client/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { isSamePassword, newPasswordProblem } from '../../protocol/base/password.ts';
import { MAX_INVITE, nameProblem, printable } from '../../protocol/base/safe-text.ts';
import { textOf } from '../state/editor.ts';
import type { Login, LoginField } from '../state/login-form.ts';
import type { Notice } from '../state/state.ts';
import { addressIn, isHere } from '../text/join-address.ts';
import { strings } from '../text/strings.ts';
import type { Store } from '../update/state-store.ts';
import { faultOf, type LoginFault, sentenceOf } from './login-fault.ts';
import { LoginQuestions } from './login-questions.ts';
import type { OwnServer } from './own-server.ts';

type Offered = { address: string; fingerprint: string; words: string };

/** What the form needs from outside. */
export type LoginBackend = {
  /**
   * Asks the server for its key. `offered` is null when this profile or a join link already trusts the key. `names`: accounts
   * whose keys this profile has there.
   */
  greet(server: string): Promise<{ offered: Offered | null; names: string[] }>;
  connect(options: ConnectOptions): Promise<Client>;
  /** Starts a server on this machine and trusts its key. */
  startServer(): Promise<OwnServer>;
};

export type LoginParts = {
  store: Store;
  clock: Clock;
  backend: LoginBackend;
  /** The address that an empty server field means. */
  defaultServer: string;
  profile: string | undefined;
  enter(client: Client): Promise<void>;
};

export class LoginController {
  readonly questions: LoginQuestions;
  readonly #parts: LoginParts;
  /** The server key that the person accepted in this form, hex. */
  #trusted: { server: string; fingerprint: string } | null = null;

  constructor(parts: LoginParts) {
    this.#parts = parts;
    this.questions = new LoginQuestions(parts.store);
  }

  get #login(): Login | null {
    const { screen } = this.#parts.store.get();
    return screen.name === 'login' ? screen.login : null;
  }

  /** Enter. */
  async submit(): Promise<void> {
    const login = this.#login;
    if (login === null || login.busy !== null) return;
    if (login.step === 'server') return this.#logInByKey(await this.#greet(login));
    if (login.step === 'trust') return this.#acceptKey(login);
    return this.#logIn(login);
  }

  /** The answers for a connection: it trusts only the key that was compared here. '' means no password. */
  ask(password: string): Ask {
    return {
      trust: async (daemon) => daemon.fingerprint === this.#trusted?.fingerprint,
      password: async () => (password === '' ? null : password),
      confirm: (doubt) => this.questions.ask(doubt),
      progress: (step) => this.#parts.store.dispatch({ type: 'progress', step }),
      waiting: (reason, giveUp) => this.#change({ waiting: { reason: printable(reason), giveUp } }),
    };
  }

  back(): void {
    const login = this.#login;
    login?.waiting?.giveUp();
    if (login === null || login.busy !== null) return;
    if (login.step === 'trust' && !login.offered?.stray) this.#notify(strings.login.notTrusted, 'bad');
    this.#change({ step: 'server', active: 'server', errors: {}, offered: null });
  }

  /** Ctrl+S: starts a server, then shows where it is and how to stop it. */
  async startServer(): Promise<void> {
    const { backend, store } = this.#parts;
    const login = this.#login;
    if (login === null || !login.canStart || login.busy !== null) return;
    this.#change({ busy: 'start', errors: {}, canStart: false });
    try {
      const server = await backend.startServer();
      this.#change({ busy: null });
      this.#fill('server', server.link);
      this.#notify(strings.login.started, 'good');
      await this.submit();
      const lines = strings.login.aboutServer(server).map((line) => printable(line));
      store.dispatch({ type: 'overlay', overlay: { kind: 'page', title: strings.login.yourServer, lines, top: 0 } });
    } catch (error) {
      this.#change({ busy: null, errors: { server: sentenceOf(error) }, canStart: true });
    }
  }

  /** Returns the accounts whose keys this profile has there. */
  async #greet(login: Login): Promise<readonly string[]> {
    const { backend, defaultServer, clock } = this.#parts;
    const server = addressIn(textOf(login.fields.server)) || defaultServer;
    this.#change({ busy: 'connect', errors: {}, canStart: false });
    try {
      const { offered, names } = await backend.greet(server);
      this.#fill('server', server);
      if (names[0] !== undefined && textOf(login.fields.name) === '') this.#fill('name', names[0]);
      if (offered !== null && this.#trusted?.fingerprint !== offered.fingerprint) {
        const asked = { at: clock.now(), stray: false };
        this.#change({ busy: null, step: 'trust', offered: { ...offered, ...asked } });
        return [];
      }
      this.#showAccount(names);
      return names;
    } catch (error) {
      this.#showUnreachable(error, server);
      return [];
    }
  }

  /** Logs in by key when the name in the form is one of `names`; the form asks for the rest. */
  async #logInByKey(names: readonly string[]): Promise<void> {
    const login = this.#login;
    if (login === null || login.making || textOf(login.fields.password) !== '') return;
    if (names.includes(textOf(login.fields.name).trim())) await this.enterWith(this.#connect(login));
  }

  #acceptKey(login: Login) {
    const { offered } = login;
    if (offered === null) return;
    this.#trusted = { server: offered.address, fingerprint: offered.fingerprint };
    // A server that was unknown until now has no account of this profile.
    this.#showAccount([]);
  }

  /** Shows that the server cannot be reached. At the default address, offers to start one. */
  #showUnreachable(error: unknown, server: string) {
    const canStart =
      error instanceof ClientError && error.code === 'unreachable' && isHere(server, this.#parts.defaultServer);
    this.#change({
      busy: null,
      step: 'server',
      active: 'server',
      errors: { server: sentenceOf(error) },
      canStart,
    });
  }

  /** `names`: accounts of this profile there; without one the form offers a new account. A choice made for this server stays. */
  #showAccount(names: readonly string[]) {
    const login = this.#login;
    if (login === null) return;
    const name = textOf(login.fields.name);
    const asked = textOf(login.fields.server);
    this.#change({
      busy: null,
      step: 'account',
      asked,
      making: login.asked === asked ? login.making : names.length === 0,
      active: name === '' ? 'name' : 'password',
    });
  }

  async #logIn(login: Login): Promise<void> {
    const at = this.#check(login);
    if (at !== null) return this.#showFault(at);
    if (goesToNext(login)) return this.#parts.store.dispatch({ type: 'moved', move: 'next-field' });
    await this.enterWith(this.#connect(login), { field: 'password', error: strings.login.errors.password });
  }

  /** Connects; without a password, by the key of this profile. */
  #connect(login: Login): Promise<Client> {
    const { backend, profile } = this.#parts;
    const password = textOf(login.fields.password);
    const invite = textOf(login.fields.invite).trim();
    this.#change({ busy: login.making ? 'keys' : 'connect', errors: {} });
    return backend.connect({
      server: textOf(login.fields.server),
      user: textOf(login.fields.name).trim(),
      ask: this.ask(password),
      ...(password === '' ? {} : { password }),
      ...(profile === undefined ? {} : { profile }),
      ...(login.making ? { register: invite === '' ? {} : { invite } } : {}),
    });
  }

  /**
   * Enters the chat with the client, or shows the failure beside its field. `lacking` is the fault when there is no key to log in
   * by; without it the form only asks for the password.
   */
  async enterWith(connecting: Promise<Client>, lacking?: LoginFault): Promise<void> {
    let client: Client;
    try {
      client = await connecting;
    } catch (error) {
      this.#change({ waiting: null });
      const login = this.#login;
      if (lacking !== undefined && login !== null && needsPassword(error, login)) return this.#showFault(lacking);
      return this.#failed(error);
    }
    this.#fill('password', '');
    this.#fill('repeat', '');
    try {
      await this.#parts.enter(client);
    } catch (error) {
      // The login itself worked: the fault is the server's.
      const login = this.#login;
      if (login === null) throw error;
      this.#change({ making: false });
      this.#showUnreachable(error, textOf(login.fields.server) || this.#parts.defaultServer);
    }
  }

  #showFault({ field, error }: LoginFault) {
    this.#change({ busy: null, active: field, errors: { [field]: error } });
  }

  /** The first fault of the input, with its field. */
  #check(login: Login): LoginFault | null {
    const name = textOf(login.fields.name).trim();
    const password = textOf(login.fields.password);
    const { errors } = strings.login;
    if (login.making && textOf(login.fields.invite).trim().length > MAX_INVITE)
      return { field: 'invite', error: errors.invite };
    const fault = nameProblem(name);
    if (fault !== null) return { field: 'name', error: errors.name[fault] };
    if (login.active === 'name') return null;
    if (!login.making) return null;
    if (password === '') return { field: 'password', error: errors.password };
    const weakness = newPasswordProblem(password);
    if (weakness !== null) return { field: 'password', error: weakness };
    const isRepeated = isSamePassword(textOf(login.fields.repeat), password);
    return isRepeated || goesToNext(login) ? null : { field: 'repeat', error: errors.repeat };
  }

  /** Shows a failure beside its field. */
  #failed(error: unknown) {
    const login = this.#login;
    if (login === null) return;
    // Logging in by key failed before a password was typed: the form asks for it.
    if (needsPassword(error, login)) {
      if (login.asked === '') {
        void this.#greet(login);
        return;
      }
      this.#change({ busy: null, step: 'account', active: 'password', errors: {} });
      return;
    }
    const fault = faultOf(error, login.making);
    if (fault.field === 'server')
      return this.#showUnreachable(error, textOf(login.fields.server) || this.#parts.defaultServer);
    this.#change({ step: 'account' });
    this.#showFault(fault);
  }

  #fill(field: LoginField, text: string) {
    const login = this.#login;
    if (login !== null) this.#change({ fields: { ...login.fields, [field]: { before: text, after: '' } } });
  }

  #change(change: Partial<Login>) {
    this.#parts.store.dispatch({ type: 'login', change });
  }

  #notify(text: string, tone: Notice['tone'] = 'info') {
    this.#parts.store.dispatch({ type: 'notice', notice: { text, tone } });
  }
}

/** Whether Enter moves to the next field instead of submitting. */
function goesToNext({ active, making, fields }: Login): boolean {
  return active === 'name' || (making && active === 'password' && textOf(fields.repeat) === '');
}

/** There is no key to log in by, or it is no longer valid. */
function needsPassword(error: unknown, login: Login): boolean {
  return (error as { code?: unknown }).code === 'usage' && textOf(login.fields.password) === '';
}
