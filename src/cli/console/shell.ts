/** What every shell command is given: its settings, its output, and the questions to the person. */

import { ClientError } from '../../client/errors.ts';
import { readPasswordFile } from '../../client/login/password-file.ts';
import { DEFAULT_TIMEOUT_MS, lastUsed, type SignedIn, signIn } from '../../client/login/sign-in.ts';
import { DEFAULT_SERVER } from '../../client/profile/settings.ts';
import type { Ask, Client, ConnectOptions } from '../../client/types.ts';
import { systemClock } from '../../platform/clock.ts';
import { isSamePassword, newPasswordFault } from '../../protocol/base/password.ts';
import { nameFault, printable } from '../../protocol/base/text.ts';
import { login } from '../../tui/text/login-strings.ts';
import type { Interruption } from './interruption.ts';
import type { Output } from './output.ts';
import { Progress } from './progress.ts';
import { askPassword, askYesNo, openTerminal, type Terminal } from './prompt.ts';

export type GlobalSettings = {
  server?: string;
  user?: string;
  passwordFile?: string;
  profile?: string;
  downloads?: string;
  trustNew: boolean;
  /** Make keys without asking where there are none anywhere. */
  newKeys: boolean;
  /** Seconds. */
  timeout?: number;
};

export class Shell {
  readonly settings: GlobalSettings;
  readonly output: Output;
  readonly progress: Progress;
  readonly #interruption: Interruption;
  readonly #longRunning: boolean;
  #terminal: Terminal | null | undefined;
  #filePassword: Promise<string | null> | undefined;

  constructor(settings: GlobalSettings, output: Output, interruption: Interruption, stays: boolean) {
    this.settings = settings;
    this.output = output;
    this.#interruption = interruption;
    this.#longRunning = stays;
    this.progress = new Progress(output, process.stderr, process.env);
  }

  /** Standard input is the password, so nothing else may be read from it. */
  get passwordFromStdin(): boolean {
    return this.settings.passwordFile === '-';
  }

  /**
   * What a command connects with; `more` wins over the settings.
   * @throws ClientError 'usage' when it is not known who the person is, or the password file is no good
   */
  async connectOptions(more: Partial<ConnectOptions> = {}): Promise<ConnectOptions> {
    const { profile, timeout } = this.settings;
    const { server = DEFAULT_SERVER, user } = await this.serverAndUser(more);
    if (user === undefined)
      throw new ClientError('usage', 'say who you are with --user NAME; a new name is made with securechat register');
    const password = more.password ?? (await this.#passwordFromFile());
    return {
      ask: this.ask(),
      ...(profile !== undefined && { profile }),
      ...(timeout !== undefined && { timeout: timeout * 1000 }),
      ...more,
      server,
      user,
      ...(password !== null && { password }),
    };
  }

  /** Shows what it waits for. */
  async signIn(more: Partial<ConnectOptions> = {}): Promise<SignedIn> {
    const options = await this.connectOptions(more);
    try {
      return await signIn(options);
    } finally {
      this.progress.end();
    }
  }

  /** Aborted when the program is to end. */
  get signal(): AbortSignal {
    return this.#interruption.signal;
  }

  /** Gives Ctrl+C to `listener` until the returned function is called. */
  onInterrupt(listener: () => void): () => void {
    return this.#interruption.on(listener);
  }

  /** `work`, unless the program is to end first. @throws Interrupted */
  untilInterrupted<T>(work: Promise<T>): Promise<T> {
    return this.#interruption.untilInterrupted(work);
  }

  /** What was not said is what this profile used last. */
  async serverAndUser(more: Partial<ConnectOptions> = {}): Promise<{ server?: string; user?: string }> {
    const { server, user, profile }: Omit<GlobalSettings, 'trustNew' | 'newKeys'> = { ...this.settings, ...more };
    const named = user === undefined ? {} : { user: validName(user) };
    if (server !== undefined && user !== undefined) return { server, ...named };
    return { ...(await lastUsed({ server, profile, ...named })), ...(server !== undefined && { server }), ...named };
  }

  /** Gives `work` a client that is logged in and closes it afterwards, also when the program is to end. */
  async withClient<T>(work: (client: Client) => Promise<T>, more: Partial<ConnectOptions> = {}): Promise<T> {
    return this.runWithClient(await this.connect(more), work);
  }

  /** A client that is logged in, for `using`; shows what it waits for. */
  async connect(more: Partial<ConnectOptions> = {}): Promise<Client> {
    let connecting = true;
    const asked = more.ask ?? this.ask();
    const ask: Ask = {
      ...asked,
      // Later logins, after a lost link, are the client's own business: nothing is drawn into what the command prints.
      progress: (step) => (connecting ? asked.progress(step) : undefined),
    };
    const options = await this.connectOptions({ ...more, ask });
    const { connect } = await import('../../client/connect.ts');
    return this.#interruption.untilInterrupted(connect(options)).finally(() => {
      connecting = false;
      this.progress.end();
    });
  }

  /** `work`, which goes on by itself after a lost link: meanwhile that is told. */
  async reportOutages<T>(client: Client, work: Promise<T>): Promise<T> {
    const stop = client.subscribe((event) => {
      if (event.type === 'link' && event.link.state === 'waiting')
        this.output.info(`${event.link.reason}; it goes on when the server is back`);
    });
    return work.finally(stop);
  }

  async runWithClient<T>(client: Client, work: (client: Client) => Promise<T>): Promise<T> {
    try {
      return await this.#interruption.untilInterrupted(work(client));
    } finally {
      performance.mark('securechat:answered');
      await client.close();
    }
  }

  /** The present password: from --password-file, else typed. @throws ClientError 'usage' when there is nobody to ask */
  async password(name: string): Promise<string> {
    return (
      (await this.#passwordFromFile()) ?? askPassword(this.#requireTerminal('--password-file'), `password for ${name}:`)
    );
  }

  /**
   * One to be: from `file`, which `option` gives, else typed twice.
   * @throws ClientError 'usage' when it will not do, or there is nobody to ask
   */
  async newPassword(name: string, option: `--${string}`, file: string | undefined): Promise<string> {
    if (file !== undefined) return validPassword(await this.#readPassword(file));
    const terminal = this.#requireTerminal(option);
    const password = validPassword(await askPassword(terminal, `new password for ${name}:`));
    if (!isSamePassword(await askPassword(terminal, 'once more:'), password))
      throw new ClientError('usage', login.errors.repeat);
    return password;
  }

  /** No when there is nobody to ask. */
  async askYesNo(question: string): Promise<boolean> {
    const terminal = this.#openTerminal();
    return terminal !== null && askYesNo(terminal, question);
  }

  ask(): Ask {
    return {
      trust: async ({ address, fingerprint, words }) => {
        this.progress.end();
        if (this.settings.trustNew) {
          this.output.info(`trusting ${address} from now on, fingerprint ${fingerprint}`);
          return true;
        }
        if (this.#openTerminal() === null) return false;
        this.output.warn(
          `the daemon at ${address} is not known here. Its fingerprint:\n  ${fingerprint}\n  ${words}\nAsk its operator whether that is right.`,
        );
        return this.askYesNo('Trust it from now on?');
      },
      password: async (name) => {
        this.progress.end();
        const terminal = this.#openTerminal();
        return terminal === null ? null : askPassword(terminal, `password for ${name}:`);
      },
      confirm: async ({ kind, statement, question }) => {
        this.progress.end();
        if (kind === 'no-keys' && this.settings.newKeys) return true;
        if (this.#openTerminal() === null) return false;
        this.output.warn(printable(statement));
        return this.askYesNo(question);
      },
      progress: (step) => this.progress.step(step),
      waiting: this.#waiting(),
    };
  }

  /** Says why it waits, each reason once in a row. */
  #waiting(): NonNullable<Ask['waiting']> {
    const waitMs = this.settings.timeout === undefined ? DEFAULT_TIMEOUT_MS : this.settings.timeout * 1000;
    let said: string | null = null;
    let end: number | null = null;
    return (reason, giveUp) => {
      this.progress.end();
      const now = systemClock.monotonic();
      end ??= now + waitMs;
      const left = this.#longRunning ? null : Math.max(0, end - now);
      if (said !== reason) this.output.info(login.waits(reason, left === null ? null : Math.ceil(left / 1000)));
      said = reason;
      if (left !== null) systemClock.after(left, giveUp);
    };
  }

  /** Read once: standard input has no second time. */
  #passwordFromFile(): Promise<string | null> {
    const { passwordFile } = this.settings;
    this.#filePassword ??= passwordFile === undefined ? Promise.resolve(null) : this.#readPassword(passwordFile);
    return this.#filePassword;
  }

  #readPassword(passwordFile: string): Promise<string> {
    return readPasswordFile(passwordFile, process.stdin, (text) => this.output.warn(text));
  }

  #requireTerminal(option: `--${string}`): Terminal {
    const terminal = this.#openTerminal();
    if (terminal === null)
      throw new ClientError('usage', `a password is needed: give ${option}, or run this in a terminal`);
    return terminal;
  }

  #openTerminal(): Terminal | null {
    if (this.#terminal === undefined) this.#terminal = openTerminal();
    return this.#terminal;
  }
}

/** @throws ClientError 'usage' for what can be nobody's name. */
function validName(typed: string): string {
  const name = typed.normalize('NFC');
  const fault = nameFault(name);
  if (fault === null) return name;
  throw new ClientError('usage', `${login.errors.name[fault]}; give another --user`);
}

/** @throws ClientError 'usage' for one that nobody may take from now on */
function validPassword(password: string): string {
  const fault = newPasswordFault(password);
  if (fault !== null) throw new ClientError('usage', fault);
  return password;
}
