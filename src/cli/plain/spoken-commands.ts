/** The dot-commands in words: those that only the screen can show are told as lines, the others are the screen's own. */

import { ClientError } from '../../client/errors.ts';
import { choose, matching } from '../../client/files/file-choice.ts';
import type { ConversationName, Person } from '../../client/types.ts';
import { isSamePassword, newPasswordFault } from '../../protocol/base/password.ts';
import type { CommandName } from '../../tui/command-line/command-names.ts';
import { conversationOf, divide, usageOf } from '../../tui/command-line/dot-commands.ts';
import { Commands } from '../../tui/commands/commands.ts';
import type { Done, Handler } from '../../tui/commands/handler.ts';
import { linksIn, searchHits } from '../../tui/select/search.ts';
import { canSend, filesOf, peopleOf, presenceWord, transfersOf, whyUnknown } from '../../tui/select/select.ts';
import type { ChatController } from '../../tui/session/chat-controller.ts';
import type { CommandsDesk } from '../../tui/session/desk.ts';
import { ownValue, personOf } from '../../tui/state/has-own.ts';
import { shownFiles } from '../../tui/state/muting.ts';
import { emojiFor, shownReaction } from '../../tui/text/emoji.ts';
import { age, clockTime, dayName } from '../../tui/text/format.ts';
import { strings } from '../../tui/text/strings.ts';
import { mention } from './event-printer.ts';
import type { Ask } from './hidden-input.ts';
import { lineCommandTable, screenOnly, spoken } from './line-commands.ts';
import type { LineInput } from './line-input.ts';
import { phrases } from './phrases.ts';
import type { Renderer } from './renderer.ts';

export type SpokenDesk = CommandsDesk & {
  voice: Renderer;
  hidden: LineInput['hidden'];
};

/** Results that are told, the newest ones. */
const SEARCHED = 20;
const PASSWORD_TRIES = 3;

export class LineCommands extends Commands {
  readonly #desk: SpokenDesk;
  readonly #own: Partial<Record<CommandName, Handler>>;

  constructor(desk: SpokenDesk) {
    super(desk);
    this.#desk = desk;
    const leave: Handler = () => desk.outside.quit();
    this.#own = {
      '.help': () => this.#help(),
      '.exit': leave,
      '.quit': leave,
      '.rooms': (session) => this.#conversations(session, true),
      '.users': (session) => this.#conversations(session, false),
      '.file': (session, rest) => this.#upload(session, rest),
      '.list_files': (session) => this.#files(session),
      '.download': (session, rest) => session.attempt(async () => this.files.fetch(this.#file(session, rest))),
      '.transfers': (session) => this.#transfers(session),
      '.delete': (session, rest) => this.#delete(session, rest),
      '.msg': (session, rest) => this.#message(session, rest),
      '.join': (session, rest) => this.#open(session, '.join', rest),
      '.next': (session, rest) => this.#open(session, '.next', rest),
      '.previous': (session, rest) => this.#open(session, '.previous', rest),
      '.react': (session, rest) => this.#react(session, rest),
      '.search': (session, rest) => this.#search(session, rest),
      '.links': (session) => this.#links(session),
      '.verify': (session, rest) => this.#verify(session, rest),
      '.block': (session, rest) => (rest === '' ? this.#blocked(session) : super.run('.block', rest)),
      '.whoami': (session) => this.#whoami(session),
      '.keys': (session) => this.#keys(session),
      '.sessions': (session, rest) => this.#sessions(session, rest),
      '.passwd': (session) => this.#passwd(session),
    };
    for (const name of screenOnly) this.#own[name] = (session) => session.refuse(this.usage(name));
  }

  /** Resolves when what the command says is said. A file that is sent goes on meanwhile. */
  override async run(name: CommandName, rest: string): Promise<boolean> {
    const { session } = this.#desk;
    const own = this.#own[name];
    if (session === null) return false;
    if (own !== undefined) return (await own(session, rest.trim())) !== false;
    return super.run(name, rest);
  }

  override usage(name: CommandName): string {
    if (name === '.typing') return phrases.noTyping;
    return screenOnly.includes(name) ? phrases.onlyScreen(name) : usageOf(name, lineCommandTable);
  }

  /** What to do about it is said, nothing is shown. */
  override isStopped(session: ChatController, to: ConversationName): boolean {
    const why = canSend({ ...session.chat, open: to });
    return why !== null && !session.refuse(why);
  }

  #help() {
    for (const name of spoken) {
      const { usage, help } = lineCommandTable[name];
      this.#desk.voice.say(phrases.helpLine(`${name} ${usage}`.trim(), help));
    }
    for (const line of phrases.helpMore) this.#desk.voice.say(line);
  }

  /** It is open also when it is not written to: the lines after it must not go elsewhere. */
  #message(session: ChatController, rest: string): Promise<boolean> {
    const [word, text] = divide(rest);
    const name = conversationOf(word);
    if (text === '') return this.#open(session, '.msg', rest);
    if (whyUnknown(session.chat, name) === null) session.open(name);
    return super.run('.msg', rest);
  }

  /** Where lines go is told also when they went there before. */
  async #open(session: ChatController, command: CommandName, rest: string): Promise<boolean> {
    const { open } = session.chat;
    const isDone = await super.run(command, rest);
    if (isDone && session.chat.open === open) this.#desk.voice.say(phrases.writesTo(open));
    return isDone;
  }

  async #react(session: ChatController, word: string): Promise<boolean> {
    const message = this.chosen();
    const { emoji } = await emojiFor(word);
    const had = message?.reactions[emoji ?? '']?.includes(session.chat.me.name) === true;
    if (!(await this.react(session, word))) return false;
    if (message === null || emoji === null) return true;
    const say = had ? phrases.tookBack : phrases.reacted;
    this.#desk.voice.say(say('you', shownReaction(emoji), false, mention(message)));
    return true;
  }

  /** It goes on meanwhile; how it ends is told. */
  #upload(session: ChatController, path: string): Done {
    if (this.isStopped(session, session.chat.open)) return false;
    void session.attempt(async () => this.#desk.transfers?.upload(session.chat.open, path));
  }

  #conversations({ chat }: ChatController, rooms: boolean) {
    for (const item of peopleOf(chat).filter(({ room }) => room === rooms)) {
      const hush = (item.muted ? phrases.muted : '') + (item.blocked ? phrases.blocked : '');
      const more = (item.open ? phrases.openNow : '') + hush + (item.unread > 0 ? phrases.unread(item.unread) : '');
      const key = item.changed ? phrases.changedKey : item.verified ? phrases.verified : '';
      const line = (rooms ? item.name : phrases.person(item.label, presenceWord(item), key)) + more;
      if (rooms) this.#desk.voice.say(line);
      else
        this.#desk.voice.user(
          { ...item, name: item.label, fingerprint: personOf(chat, item.label)?.fingerprint ?? null },
          line,
        );
    }
  }

  #files({ chat }: ChatController) {
    const files = filesOf(chat).filter(({ file }) => file.sha256 !== '');
    if (files.length === 0) this.#desk.voice.say(phrases.noFiles(chat.open));
    for (const item of files.reverse()) {
      const { file } = item;
      const isNamesake = files.filter((other) => other.file.name === file.name).length > 1;
      this.#desk.voice.file(item, phrases.listedFile(item, age(file.at, this.#desk.clock.now()), isNamesake));
    }
  }

  /** One of the open conversation first. @throws ClientError 'refused' */
  #file({ chat }: ChatController, wanted: string) {
    const all = shownFiles(chat);
    const here = matching(
      all.filter(({ conversation }) => conversation === chat.open),
      wanted,
    );
    return here.length === 1 ? here[0] : choose(here.length > 1 ? here : all, wanted, '.list_files');
  }

  async #transfers(session: ChatController): Promise<void> {
    await this.#desk.transfers?.refresh();
    const all = transfersOf(session.chat);
    if (all.length === 0) this.#desk.voice.say(strings.notices.noTransfer);
    for (const { name, direction, size, done, state, note } of all) {
      const percent = size === 0 ? 100 : Math.floor((done / size) * 100);
      this.#desk.voice.say(
        phrases.transfer(name, direction, percent, strings.files.states[state] || 'under way', note),
      );
    }
  }

  /** In a pipe nobody can be asked, and an answer that comes late would be said to everybody: the word stands with the command. */
  #delete(session: ChatController, word: string): Done | Promise<Done> {
    if (word !== '' && word !== 'yes') return session.refuse(this.usage('.delete'));
    const message = this.chosen(true);
    if (message === null) return session.refuse(strings.notices.noMessage);
    if (word === '') return session.refuse(phrases.deleteWhich(session.chat.open, mention(message)));
    return session.attempt(() => session.client.remove(message));
  }

  #search({ chat }: ChatController, query: string) {
    const messages = searchHits(chat, query).slice(0, SEARCHED).reverse();
    if (messages.length === 0) this.#desk.voice.say(phrases.nothingFound);
    for (const message of messages) {
      const time = `${dayName(message.at)}, ${clockTime(message.at)}`;
      this.#desk.voice.message(message, [`${phrases.found(message, time)}: ${mention(message)}`]);
    }
  }

  #links({ chat }: ChatController) {
    const links = linksIn(chat, this.#desk.outside.findLinks);
    if (links.length === 0) this.#desk.voice.say(strings.notices.noLinks);
    for (const link of links) this.#desk.voice.say(link);
  }

  async #verify(session: ChatController, rest: string): Promise<Done> {
    const { say } = this.#desk.voice;
    const [word, verdict] = divide(rest);
    const name = word === '' ? session.chat.open.slice(1) : word.replace(/^@/, '');
    if (word === '' && session.chat.open.startsWith('#')) return session.refuse(phrases.verifyUsage);
    const person = personOf(session.chat, name);
    if (person === undefined) return session.refuse(strings.notices.unknownPerson(name));
    if (name === session.chat.me.name) return session.refuse(strings.notices.isMe);
    if (verdict !== '') return this.#judge(session, person, verdict);
    return session.attempt(async () => {
      const digits = (await session.client.safetyNumber(name)).replace(/\D/g, '');
      say(phrases.digits(name, digits.replace(/(.{5})(?=.)/g, '$1 ')));
      say(person.changedTo === null ? phrases.compare(name) : phrases.compareChanged(name));
    });
  }

  async #judge(session: ChatController, person: Person, verdict: string): Promise<Done> {
    const { name, changedTo, verified } = person;
    const fits = ownValue(
      { accept: changedTo !== null, same: changedTo === null && !verified, undo: verified },
      verdict,
    );
    if (fits === undefined) return session.refuse(phrases.verifyUsage);
    // What is so already is said again, not turned round.
    if (fits) return this.trust.decide(name);
    if (changedTo !== null) return session.refuse(strings.notices.changedKey(name));
    session.tell(verified ? strings.fingerprint.verified(name) : strings.fingerprint.unverified(name));
  }

  #blocked({ chat }: ChatController) {
    const names = [...chat.blocked].sort();
    this.#desk.voice.say(names.length === 0 ? strings.notices.nobodyBlocked : phrases.blockedNames(names));
  }

  #whoami({ client }: ChatController) {
    const { name, fingerprint, daemon, device } = client.me;
    this.#desk.voice.say(phrases.welcome(name, daemon.address));
    this.#desk.voice.say(phrases.yourKey(fingerprint));
    this.#desk.voice.say(phrases.serverKey(daemon.fingerprint));
    this.#desk.voice.say(phrases.device(device, strings.pages.thisDevice));
    this.#desk.voice.say(phrases.joinLink(daemon));
  }

  #keys({ chat }: ChatController) {
    for (const { name, fingerprint } of Object.values(chat.people).sort((a, b) => (a.name < b.name ? -1 : 1)))
      this.#desk.voice.say(fingerprint === null ? phrases.noKeys(name) : phrases.key(name, fingerprint));
  }

  async #sessions(session: ChatController, rest: string): Promise<Done> {
    if (rest !== '') return super.run('.sessions', rest);
    return session.attempt(async () => {
      for (const { device, lastSeen, online, current } of await session.client.sessions()) {
        const seen = online ? strings.header.online : age(lastSeen, this.#desk.clock.now());
        this.#desk.voice.say(phrases.device(device, current ? strings.pages.thisDevice : seen));
      }
    });
  }

  async #passwd(session: ChatController): Promise<boolean> {
    const change = async (ask: Ask): Promise<true> => {
      const old = await ask(phrases.passwordNow);
      const fresh = await this.#newPassword(session, ask);
      if (fresh === null) throw new ClientError('usage', phrases.passwordKept);
      await session.client.passwd(old, fresh);
      return true;
    };
    // The outcome is said when lines are taken again: until then, what is typed is dropped.
    return session.attempt(async () => {
      if ((await this.#desk.hidden(change)) === null) throw new ClientError('usage', phrases.needsTerminal);
      session.tell(strings.notices.passwd);
    });
  }

  /** Whoever types without looking goes on with the same question. null: it was not one often enough. */
  async #newPassword(session: ChatController, ask: Ask): Promise<string | null> {
    for (let left = PASSWORD_TRIES; left > 0; left--) {
      const fresh = await ask(phrases.passwordNew);
      const fault = newPasswordFault(fresh);
      if (fault === null && isSamePassword(await ask(phrases.passwordAgain), fresh)) return fresh;
      session.tell(fault ?? strings.login.errors.repeat, 'bad');
    }
    return null;
  }
}
