/**
 * Folder `login`: the login form and what it does; it knows no chat. The way in: which server, is it the one, who are you.
 * What the form asks for, checked beside its field.
 */

import { ClientError } from '../../client/errors.ts';
import type { Ask, Client, ConnectOptions } from '../../client/types.ts';
import type { Clock } from '../../platform/clock.ts';
import { isSamePassword, newPasswordProblem } from '../../protocol/base/password.ts';
import { MAX_INVITE, nameProblem, printable } from '../../protocol/base/text.ts';
import { textOf } from '../state/editor.ts';
import type { Login, LoginField, Notice } from '../state/state.ts';
import { addressIn, isHere } from '../text/join-address.ts';
import { strings } from '../text/strings.ts';
import type { Store } from '../update/state-store.ts';
import { faultOf, type LoginFault, sentenceOf } from './login-fault.ts';
import { LoginQuestions } from './login-questions.ts';
import type { OwnServer } from './own-server.ts';

type Offered = { address: string; fingerprint: string; words: string };

/** What stands outside the form. */
export type LoginBackend = {
  /**
   * Asks the server who it is. `offered` is null when this profile or a join link already says which key is right. `names` are
   * accounts that this profile holds keys of there.
   */
  greet(server: string): Promise<{ offered: Offered | null; names: string[] }>;
  connect(options: ConnectOptions): Promise<Client>;
  /** Starts a server on this machine, whose key is known from then on. */
  startServer(): Promise<OwnServer>;
};

export type LoginParts = {
  store: Store;
  clock: Clock;
  backend: LoginBackend;
  /** Without one of its own, where a server would listen. */
  defaultServer: string;
  profile: string | undefined;
  enter(client: Client): Promise<void>;
};

export class LoginController {
  readonly questions: LoginQuestions;
  readonly #parts: LoginParts;
  /** The key that the person accepted in this form, hex. */
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
    if (login.step === 'server') return this.#asBefore(await this.#greet(login));
    if (login.step === 'trust') return this.#trust(login);
    return this.#account(login);
  }

  /** Answers for a connection: only the key that was compared here is trusted; '' is no password. */
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
    if (login.step === 'trust' && !login.offered?.stray) this.#tell(strings.login.notTrusted, 'bad');
    this.#change({ step: 'server', active: 'server', errors: {}, offered: null });
  }

  /** Ctrl+S. The person reads where it is and how to stop it before anything else. */
  async startServer(): Promise<void> {
    const { backend, store } = this.#parts;
    const login = this.#login;
    if (login === null || !login.canStart || login.busy !== null) return;
    this.#change({ busy: 'start', errors: {}, canStart: false });
    try {
      const server = await backend.startServer();
      this.#change({ busy: null });
      this.#fill('server', server.link);
      this.#tell(strings.login.started, 'good');
      await this.submit();
      const lines = strings.login.aboutServer(server).map((line) => printable(line));
      store.dispatch({ type: 'overlay', overlay: { kind: 'page', title: strings.login.yourServer, lines, top: 0 } });
    } catch (error) {
      this.#change({ busy: null, errors: { server: sentenceOf(error) }, canStart: true });
    }
  }

  /** @returns the accounts that this profile holds keys of there */
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
      this.#askAccount(names);
      return names;
    } catch (error) {
      this.#noServer(error, server);
      return [];
    }
  }

  /** One of `names`, who have keys here, goes in by them; the form asks for what else is needed. */
  async #asBefore(names: readonly string[]): Promise<void> {
    const login = this.#login;
    if (login === null || login.making || textOf(login.fields.password) !== '') return;
    if (names.includes(textOf(login.fields.name).trim())) await this.enterWith(this.#connect(login));
  }

  #trust(login: Login) {
    const { offered } = login;
    if (offered === null) return;
    this.#trusted = { server: offered.address, fingerprint: offered.fingerprint };
    // A server whose key this profile did not know has no account of it.
    this.#askAccount([]);
  }

  /** Where nothing answers and a server of one's own would be, one can be started. */
  #noServer(error: unknown, server: string) {
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

  /** @param names accounts of this profile there; without one the form offers a new account. A choice that was made for a server stays. */
  #askAccount(names: readonly string[]) {
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

  async #account(login: Login): Promise<void> {
    const at = this.#check(login);
    if (at !== null) return this.#wrong(at);
    if (goesToNext(login)) return this.#parts.store.dispatch({ type: 'moved', move: 'next-field' });
    await this.enterWith(this.#connect(login), { field: 'password', error: strings.login.errors.password });
  }

  /** Without a password, by the key of this profile. */
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
   * Goes in with the client that comes. What goes wrong is said beside the field it concerns.
   * @param lacking what is wrong when there is no key to go in by; without it the form only asks for the password
   */
  async enterWith(connecting: Promise<Client>, lacking?: LoginFault): Promise<void> {
    let client: Client;
    try {
      client = await connecting;
    } catch (error) {
      this.#change({ waiting: null });
      const login = this.#login;
      if (lacking !== undefined && login !== null && needsPassword(error, login)) return this.#wrong(lacking);
      return this.#failed(error);
    }
    this.#fill('password', '');
    this.#fill('repeat', '');
    try {
      await this.#parts.enter(client);
    } catch (error) {
      // The account is there and the password was right: it is the server's.
      const login = this.#login;
      if (login === null) throw error;
      this.#change({ making: false });
      this.#noServer(error, textOf(login.fields.server) || this.#parts.defaultServer);
    }
  }

  #wrong({ field, error }: LoginFault) {
    this.#change({ busy: null, active: field, errors: { [field]: error } });
  }

  /** The first thing that is wrong, beside its field. */
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

  /** Shows what went wrong beside the field it concerns. */
  #failed(error: unknown) {
    const login = this.#login;
    if (login === null) return;
    // Going in by key did not work, and no password was typed yet: that is no mistake.
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
      return this.#noServer(error, textOf(login.fields.server) || this.#parts.defaultServer);
    this.#change({ step: 'account' });
    this.#wrong(fault);
  }

  #fill(field: LoginField, text: string) {
    const login = this.#login;
    if (login !== null) this.#change({ fields: { ...login.fields, [field]: { before: text, after: '' } } });
  }

  #change(change: Partial<Login>) {
    this.#parts.store.dispatch({ type: 'login', change });
  }

  #tell(text: string, tone: Notice['tone'] = 'info') {
    this.#parts.store.dispatch({ type: 'notice', notice: { text, tone } });
  }
}

/** Enter in a field that is not the last one goes to the next; from the password, to say it again where it was not. */
function goesToNext({ active, making, fields }: Login): boolean {
  return active === 'name' || (making && active === 'password' && textOf(fields.repeat) === '');
}

/** There is no key to go in by, or it does no longer. */
function needsPassword(error: unknown, login: Login): boolean {
  return (error as { code?: unknown }).code === 'usage' && textOf(login.fields.password) === '';
}
