/** Runs dot-commands in line mode and prints their results. */
import { ClientError } from '../../client/errors.ts';
import { chooseFile } from '../../client/files/file-choice.ts';
import { isSamePassword, newPasswordProblem, type Secret } from '../../protocol/base/password.ts';
import type { ChatScope } from '../../tui/chat/chat-scope.ts';
import type { CommandName } from '../../tui/command-line/command-names.ts';
import type { Result } from '../../tui/commands/dot-command.ts';
import { checkExport, exportKeys } from '../../tui/commands/keys-commands.ts';
import { searchHits } from '../../tui/selectors/search.ts';
import { personOf } from '../../tui/state/lookup.ts';
import { exportStrings } from '../../tui/text/export-strings.ts';
import { age, clockTime, dayName } from '../../tui/text/format.ts';
import { strings } from '../../tui/text/strings.ts';
import { mention } from './event-printer.ts';
import type { AskHidden } from './input/hidden-input.ts';
import type { LineInput } from './input/line-input.ts';
import { lineCommandTable, lineUsage, screenOnly } from './line-commands.ts';
import { phrases } from './phrases.ts';
import type { Renderer } from './renderer.ts';
import { conversationLine, deviceLine, hasNamesake, linesOf } from './result-lines.ts';

/** Most search results that are printed. */
const MAX_HITS = 20;
const PASSWORD_TRIES = 3;

export type LineResultsParts = {
  scope: ChatScope;
  renderer: Renderer;
  /** Asks questions whose answers are not shown. */
  hidden: LineInput['hidden'];
  leave(): void;
};

type Of<Kind extends Result['kind']> = Extract<Result, { kind: Kind }>;

export class LineResults {
  readonly #scope: ChatScope;
  readonly #renderer: Renderer;
  readonly #parts: LineResultsParts;
  #closesAccount = false;

  constructor(parts: LineResultsParts) {
    this.#parts = parts;
    this.#scope = parts.scope;
    this.#renderer = parts.renderer;
  }

  /** The person closes the account here, so the end of the connection is no error. */
  get closesAccount(): boolean {
    return this.#closesAccount;
  }

  /** Resolves when the result is printed; an upload continues meanwhile. Resolves to false when the command was not done. */
  async run(name: CommandName, argument: string): Promise<boolean> {
    if (screenOnly.includes(name)) return this.#refuse(lineUsage(name));
    const result = await lineCommandTable[name].run(this.#scope, argument.trim());
    return result.kind === 'misused' ? this.#refuse(lineUsage(name)) : this.#show(result);
  }

  async #show(result: Result): Promise<boolean> {
    const { controller } = this.#scope;
    const { say } = this.#renderer;
    switch (result.kind) {
      case 'done':
        if (result.text !== undefined) controller.notify(result.text, result.tone);
        return true;
      case 'refused':
        return this.#refuse(result.text);
      case 'misused':
        return false;
      case 'stopped':
        return this.#refuse(result.why);
      case 'asks':
        return this.#ask(result);
      case 'leave':
        this.#parts.leave();
        return true;
      // Results of commands that line mode does not take.
      case 'redraw':
      case 'copy':
      case 'lock':
        return true;
      case 'opened':
        // A change of the open conversation is printed by line mode itself.
        if (result.wasOpen) say(phrases.writesTo(result.conversation));
        return true;
      case 'uploading':
        void controller.attempt(() => result.sent);
        return true;
      case 'unclear':
        return controller.attempt(async () => chooseFile(result.candidates, result.wanted, '.list_files'));
      case 'new-password':
        return this.#newPassword();
      case 'close-account':
        return this.#closeAccount(result);
      case 'key-work':
        return this.#workOnKeys(result);
      case 'comparison':
        return this.#compare(result);
      case 'conversations':
        this.#conversations(result);
        return true;
      case 'files':
        this.#files(result);
        return true;
      case 'devices':
        for (const one of result.devices) this.#renderer.device(one, deviceLine(one, this.#scope.clock.now()));
        return true;
      case 'search':
        this.#search(result);
        return true;
      default:
        for (const line of linesOf(result)) say(line);
        return true;
    }
  }

  #refuse(text: string): false {
    return this.#scope.controller.refuse(text);
  }

  /** Asks no question; prints the command that does the same without confirmation. */
  #ask({ question }: Of<'asks'>): boolean {
    if (question.ask !== 'delete') return true;
    return this.#refuse(phrases.deleteWhich(this.#scope.controller.chat.open, mention(question.message)));
  }

  #conversations({ list, areRooms }: Of<'conversations'>) {
    const { chat } = this.#scope.controller;
    for (const item of list) {
      const line = conversationLine(item);
      const fingerprint = personOf(chat, item.label)?.fingerprint ?? null;
      if (areRooms) this.#renderer.say(line);
      else this.#renderer.user({ ...item, name: item.label, fingerprint }, line);
    }
  }

  /** Oldest first, so that the newest is next to the prompt. */
  #files({ conversation, files }: Of<'files'>) {
    const whole = files.filter(({ file }) => file.sha256 !== '').toReversed();
    if (whole.length === 0) this.#renderer.say(phrases.noFiles(conversation));
    for (const item of whole) {
      const listed = phrases.listedFile(item, age(item.file.at, this.#scope.clock.now()), hasNamesake(item, whole));
      this.#renderer.file(item, listed);
    }
  }

  #search({ query }: Of<'search'>) {
    const messages = searchHits(this.#scope.controller.chat, query).slice(0, MAX_HITS).reverse();
    if (messages.length === 0) this.#renderer.say(phrases.nothingFound);
    for (const message of messages) {
      const time = `${dayName(message.at)}, ${clockTime(message.at)}`;
      this.#renderer.message(message, [`${phrases.found(message, time)}: ${mention(message)}`]);
    }
  }

  #compare({ person: { name, changedTo }, digits }: Of<'comparison'>): Promise<boolean> {
    return this.#scope.controller.attempt(async () => {
      this.#renderer.say(phrases.digits(name, (await digits()).replace(/(.{5})(?=.)/g, '$1 ')));
      this.#renderer.say(changedTo === null ? phrases.compare(name) : phrases.compareChanged(name));
    });
  }

  #newPassword(): Promise<boolean> {
    const { controller } = this.#scope;
    const change = async (ask: AskHidden): Promise<true> => {
      const old = await ask(phrases.passwordNow);
      const fresh = await this.#askNew(ask, 'password', phrases.passwordNew);
      if (fresh === null) throw new ClientError('usage', phrases.passwordKept);
      await controller.client.passwd(old, fresh);
      return true;
    };
    // Printed once lines are read again: until then, typed text is dropped.
    return controller.attempt(async () => {
      if ((await this.#parts.hidden(change)) === null) throw new ClientError('usage', phrases.needsTerminal('.passwd'));
      controller.notify(strings.notices.passwd);
    });
  }

  #closeAccount({ account }: Of<'close-account'>): Promise<boolean> {
    const { controller } = this.#scope;
    const { closing } = strings;
    const close = async (ask: AskHidden): Promise<true> => {
      const password = await ask(closing.askPassword);
      if (password === '') throw new ClientError('cancelled', closing.stays);
      this.#closesAccount = true;
      await controller.client.closeAccount(password);
      return true;
    };
    return controller.attempt(async () => {
      for (const line of [closing.question(account), ...closing.means(account)]) this.#renderer.say(line);
      try {
        if ((await this.#parts.hidden(close)) === null)
          throw new ClientError('usage', phrases.needsTerminal('.account close'));
        controller.notify(closing.done(account.name), 'good');
        this.#parts.leave();
      } catch (error) {
        this.#closesAccount = false;
        throw error;
      }
    });
  }

  #workOnKeys({ work }: Of<'key-work'>): Promise<boolean> {
    const { client } = this.#scope.controller;
    const carryOut = async (ask: AskHidden): Promise<readonly string[]> => {
      switch (work.do) {
        case 'export': {
          const password = await ask(phrases.passwordNow);
          const passphrase = await this.#askNew(ask, 'passphrase', exportStrings.askPassphrase);
          if (passphrase === null) throw new ClientError('usage', phrases.nothingExported);
          return exportKeys(client, work.path, password, passphrase);
        }
        case 'check':
          return checkExport(work.path, await ask(exportStrings.askSecret));
        case 'rotate':
          await client.rotateKeys(await ask(phrases.passwordNow));
          return [exportStrings.rotated, exportStrings.afterRotation];
      }
    };
    return this.#scope.controller.attempt(async () => {
      const lines = await this.#parts.hidden(carryOut);
      if (lines === null) throw new ClientError('usage', phrases.needsTerminal(`.keys ${work.do}`));
      for (const line of lines) if (line !== '') this.#renderer.say(line);
    });
  }

  /** Asks again after a bad or a differing one. Resolves to null after the last try. */
  async #askNew(ask: AskHidden, secret: Secret, question: string): Promise<string | null> {
    for (let left = PASSWORD_TRIES; left > 0; left--) {
      const fresh = await ask(question);
      const fault = newPasswordProblem(fresh, secret);
      if (fault === null && isSamePassword(await ask(phrases.passwordAgain), fresh)) return fresh;
      this.#scope.controller.notify(fault ?? strings.login.errors.repeat, 'bad');
    }
    return null;
  }
}
