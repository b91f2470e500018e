/**
 * Folder `console`: what shell commands share: arguments, output, questions, progress and signals; it knows no command, no
 * line mode and no demo.
 *
 * A Shell is what every command gets: settings, output, login, and questions at the terminal.
 */

import * as fs from 'node:fs/promises';
import type { Client } from '../../client/api/client-api.ts';
import type { Ask, ConnectOptions } from '../../client/connect-types.ts';
import { ClientError } from '../../client/errors.ts';
import { DEFAULT_TIMEOUT_MS } from '../../client/login/prepare-login.ts';
import { lastLogin, type SignedIn, signIn } from '../../client/login/sign-in.ts';
import { DEFAULT_SERVER } from '../../client/profile/global-options.ts';
import { type AskPassphrase, KeyFile } from '../../client/profile/key-file.ts';
import { profileFolder } from '../../client/profile/paths.ts';
import { Profile } from '../../client/profile/profile.ts';
import { systemClock } from '../../platform/clock.ts';
import { systemRandom } from '../../platform/random.ts';
import { nameProblem, printable } from '../../protocol/base/safe-text.ts';
import { login } from '../../tui/text/login-strings.ts';
import type { Interruption } from './interruption.ts';
import type { Output } from './output.ts';
import { Progress } from './progress.ts';
import { askLine, askPassword, askYesNo, openTerminal, type Terminal } from './prompt.ts';
import { newSecret, passphraseQuestion, readSecret, requireTerminal } from './secret-questions.ts';

export type GlobalSettings = {
  server?: string;
  user?: string;
  passwordFile?: string;
  profilePassphraseFile?: string;
  profile?: string;
  deviceName?: string;
  downloads?: string;
  trustNew: boolean;
  /** Generate keys without asking if neither the server nor the profile has any. */
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
  #profile: Promise<Profile> | undefined;

  constructor(settings: GlobalSettings, output: Output, interruption: Interruption, longRunning: boolean) {
    this.settings = settings;
    this.output = output;
    this.#interruption = interruption;
    this.#longRunning = longRunning;
    this.progress = new Progress(output, process.stderr, process.env);
  }

  /** Whether standard input holds the password or the passphrase, so that nothing else may read it. */
  get secretFromStdin(): boolean {
    return this.settings.passwordFile === '-' || this.settings.profilePassphraseFile === '-';
  }

  /**
   * The profile of the settings, opened once; asks for its passphrase if it is locked.
   * @throws ClientError as Profile.open
   */
  profile(): Promise<Profile> {
    this.#profile ??= Profile.open(profileFolder(this.settings.profile), fs, systemRandom, {
      passphrase: this.askPassphrase,
    });
    return this.#profile;
  }

  /** The key of the profile, without its database. */
  get keyFile(): KeyFile {
    return new KeyFile(profileFolder(this.settings.profile), fs, systemRandom);
  }

  /** Asks for the passphrase of the profile, or reads it from --profile-passphrase-file. */
  get askPassphrase(): AskPassphrase {
    const { output, terminal, settings } = this;
    return passphraseQuestion({ file: settings.profilePassphraseFile, output, terminal });
  }

  /** Closes the profile. Call it when the command is done. */
  async close(): Promise<void> {
    const profile = await this.#profile?.catch(() => null);
    await profile?.close();
  }

  /**
   * The options of a connection. `more` wins over the settings.
   * @throws ClientError 'usage' if no user name is known, or the password file cannot be used
   */
  async connectOptions(more: Partial<ConnectOptions> = {}): Promise<ConnectOptions> {
    const { profile, deviceName, timeout } = this.settings;
    const { server = DEFAULT_SERVER, user } = await this.serverAndUser(more);
    if (user === undefined)
      throw new ClientError('usage', 'give your name with --user NAME; securechat register creates an account');
    const password = more.password ?? (await this.#passwordFromFile());
    return {
      ask: this.ask(),
      ...(profile !== undefined && { profile }),
      ...(deviceName !== undefined && { deviceName }),
      ...(timeout !== undefined && { timeout: timeout * 1000 }),
      ...more,
      server,
      user,
      ...(password !== null && { password }),
    };
  }

  /** Logs in without starting the whole client; shows progress. */
  async signIn(more: Partial<ConnectOptions> = {}): Promise<SignedIn> {
    return this.#withProgress(more.ask ?? this.ask(), async (ask) =>
      signIn(await this.connectOptions({ ...more, ask }), {}, await this.profile()),
    );
  }

  /** Aborts when a signal ends the program. */
  get signal(): AbortSignal {
    return this.#interruption.signal;
  }

  /** Sends Ctrl+C to `listener` until the returned function is called. */
  onInterrupt(listener: () => void): () => void {
    return this.#interruption.on(listener);
  }

  /** Resolves as `work` does. @throws Interrupted when a signal arrives first */
  untilInterrupted<T>(work: Promise<T>): Promise<T> {
    return this.#interruption.untilInterrupted(work);
  }

  /** The server and user name from the settings; those of the last login with this profile fill in what is missing. */
  async serverAndUser(more: Partial<ConnectOptions> = {}): Promise<{ server?: string; user?: string }> {
    const { server, user }: Omit<GlobalSettings, 'trustNew' | 'newKeys'> = { ...this.settings, ...more };
    const named = user === undefined ? {} : { user: validName(user) };
    if (server !== undefined && user !== undefined) return { server, ...named };
    const last = await lastLogin(await this.profile(), { server, ...named });
    return { ...last, ...(server !== undefined && { server }), ...named };
  }

  /** Logs in, runs `work` with the client, and closes the client afterwards, even when a signal arrives. */
  async withClient<T>(work: (client: Client) => Promise<T>, more: Partial<ConnectOptions> = {}): Promise<T> {
    return this.runWithClient(await this.connect(more), work);
  }

  /** Logs in and returns the client, for `runWithClient`; shows progress. */
  async connect(more: Partial<ConnectOptions> = {}): Promise<Client> {
    return this.#withProgress(more.ask ?? this.ask(), async (ask) => {
      const profile = await this.profile();
      const options = await this.connectOptions({ ...more, ask });
      const { connectWith } = await import('../../client/connect.ts');
      return this.#interruption.untilInterrupted(connectWith(profile, options));
    });
  }

  /** Runs `login` and shows its progress, but not that of later logins: it would mix with the command's output. */
  async #withProgress<T>(asked: Ask, login: (ask: Ask) => Promise<T>): Promise<T> {
    let isShown = true;
    const progress: Ask['progress'] = (step) => (isShown ? asked.progress(step) : undefined);
    try {
      return await login({ ...asked, progress });
    } finally {
      isShown = false;
      this.progress.end();
    }
  }

  /** Resolves as `work` does. Reports a lost link meanwhile; the client reconnects by itself. */
  async reportOutages<T>(client: Client, work: Promise<T>): Promise<T> {
    const stop = client.subscribe((event) => {
      if (event.type === 'link' && event.link.state === 'waiting')
        this.output.info(`${event.link.reason}; it goes on when the server is back`);
    });
    return work.finally(stop);
  }

  /** Runs `work` and closes the client afterwards. @throws Interrupted when a signal arrives first */
  async runWithClient<T>(client: Client, work: (client: Client) => Promise<T>): Promise<T> {
    try {
      return await this.#interruption.untilInterrupted(work(client));
    } finally {
      performance.mark('securechat:answered');
      await client.close();
    }
  }

  /** The current password, from --password-file or typed. @throws ClientError 'usage' if there is no terminal to ask on */
  async password(name: string): Promise<string> {
    const fromFile = await this.#passwordFromFile();
    return (
      fromFile ?? askPassword(requireTerminal('password', '--password-file', this.terminal), `password for ${name}:`)
    );
  }

  /**
   * A new password, from `file` (the value of `option`) or typed twice.
   * @throws ClientError 'usage' if the password is not allowed, or there is no terminal to ask on
   */
  newPassword(name: string, option: `--${string}`, file: string | undefined): Promise<string> {
    const { output, terminal } = this;
    return newSecret('password', `new password for ${name}:`, option, { file, output, terminal });
  }

  /** Asks a yes-or-no question. Returns false if there is no terminal to ask on. */
  async askYesNo(question: string): Promise<boolean> {
    const terminal = this.terminal();
    return terminal !== null && askYesNo(terminal, question);
  }

  /** Asks for one line. Returns null if there is no terminal to ask on. */
  async askLine(question: string): Promise<string | null> {
    const terminal = this.terminal();
    return terminal === null ? null : askLine(terminal, question);
  }

  ask(): Ask {
    return {
      trust: async ({ address, fingerprint, words }) => {
        this.progress.end();
        if (this.settings.trustNew) {
          this.output.info(`trusting ${address} from now on, fingerprint ${fingerprint}`);
          return true;
        }
        if (this.terminal() === null) return false;
        this.output.warn(
          `this profile does not know the server at ${address}. Its fingerprint:\n  ${fingerprint}\n  ${words}\nAsk the server's operator whether this fingerprint is right.`,
        );
        return this.askYesNo('Trust it from now on?');
      },
      password: async (name) => {
        this.progress.end();
        const terminal = this.terminal();
        return terminal === null ? null : askPassword(terminal, `password for ${name}:`);
      },
      confirm: async ({ kind, statement, question }) => {
        this.progress.end();
        if (kind === 'no-keys' && this.settings.newKeys) return true;
        if (this.terminal() === null) return false;
        this.output.warn(printable(statement));
        return this.askYesNo(question);
      },
      progress: (step) => this.progress.step(step),
      waiting: this.#waiting(),
    };
  }

  /** Reports why a login waits, and gives up after --timeout unless the command is long-running. */
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

  /** The password from --password-file, or null. Reads the file only once: it may be standard input. */
  #passwordFromFile(): Promise<string | null> {
    const { passwordFile } = this.settings;
    this.#filePassword ??=
      passwordFile === undefined ? Promise.resolve(null) : readSecret('password', passwordFile, this.output);
    return this.#filePassword;
  }

  /** The terminal to ask on; null if there is none. */
  readonly terminal = (): Terminal | null => {
    if (this.#terminal === undefined) this.#terminal = openTerminal();
    return this.#terminal;
  };
}

/** Normalizes a user name (NFC). @throws ClientError 'usage' if it is not valid */
function validName(typed: string): string {
  const name = typed.normalize('NFC');
  const fault = nameProblem(name);
  if (fault === null) return name;
  throw new ClientError('usage', `${login.errors.name[fault]}; give another --user`);
}
