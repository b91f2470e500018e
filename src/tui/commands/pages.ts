/** Commands that answer with a page of text. */
import { shownName } from '../../client/people/shown-name.ts';
import type { Person } from '../../client/types.ts';
import { commandNames } from '../command-line/command-names.ts';
import { commandTable, usageOf } from '../command-line/dot-commands.ts';
import { filesOf, peopleOf, presenceSign, presenceWord } from '../select/select.ts';
import { transferLines } from '../select/transfer-lines.ts';
import type { ChatController } from '../session/chat-controller.ts';
import type { CommandsDesk } from '../session/desk.ts';
import type { Overlay } from '../state/state.ts';
import { age, groups, size } from '../text/format.ts';
import { strings } from '../text/strings.ts';
import { fill } from '../width/measure.ts';

export class Pages {
  readonly #desk: CommandsDesk;

  constructor(desk: CommandsDesk) {
    this.#desk = desk;
  }

  /** @param instead what stood there when it was asked for: where something else does now, it is not shown */
  page(title: string, lines: readonly string[], instead: Overlay | null = this.#desk.store.get().overlay) {
    this.#desk.store.dispatch({ type: 'answered', overlay: { kind: 'page', title, lines, top: 0 }, instead });
  }

  list(session: ChatController, rooms: boolean) {
    const lines = peopleOf(session.chat)
      .filter((item) => item.room === rooms)
      .map((item) => {
        const state = item.room ? '' : presenceWord(item);
        const key = item.changed ? strings.header.changed : item.verified ? strings.header.verified : '';
        const hush = [item.muted ? strings.header.muted : '', item.blocked ? strings.header.blocked(item.label) : ''];
        return `${presenceSign(item)} ${fill(item.label, 24)} ${fill(state, 9)} ${[key, ...hush].filter(Boolean).join('  ')}`;
      });
    this.page(rooms ? strings.panes.rooms : strings.panes.people, lines);
  }

  files(session: ChatController) {
    const { chat } = session;
    const lines = filesOf(chat).map(
      ({ file }) =>
        `${fill(file.name, 34)} ${fill(size(file.size), 10, 'right')}  ${fill(shownName(file), 12)} ${age(file.at, this.#desk.clock.now())}`,
    );
    this.page(`${strings.panes.files} · ${chat.open}`, lines.length === 0 ? [strings.files.empty] : lines);
  }

  async transfers(session: ChatController): Promise<void> {
    await this.#desk.transfers?.refresh();
    this.#desk.store.dispatch({
      type: 'answered',
      instead: null,
      overlay: {
        kind: 'page',
        of: 'transfers',
        title: strings.pages.transfers,
        lines: transferLines(session.chat),
        top: 0,
      },
    });
  }

  whoami(session: ChatController) {
    const { name, fingerprint, daemon, device } = session.client.me;
    this.page(strings.pages.whoami, [
      `${fill(strings.login.name, 12)}${name}`,
      `${fill(strings.pages.fingerprint, 12)}${groups(fingerprint.slice(0, 32))}`,
      `${fill('', 12)}${groups(fingerprint.slice(32))}`,
      `${fill(strings.login.server, 12)}${daemon.address}`,
      `${fill('', 12)}${groups(daemon.fingerprint.slice(0, 32))}`,
      `${fill('', 12)}${groups(daemon.fingerprint.slice(32))}`,
      `${fill(strings.pages.device, 12)}${device}`,
      '',
      strings.pages.link,
      `securechat://${daemon.address}#${daemon.fingerprint}`,
    ]);
  }

  keys(session: ChatController) {
    const line = ({ name, fingerprint, verified }: Person) => [
      `${verified ? '✔' : ' '} ${fill(name, 16)} ${fingerprint === null ? strings.header.noKeys : groups(fingerprint.slice(0, 32))}`,
      ...(fingerprint === null ? [] : [`${fill('', 19)}${groups(fingerprint.slice(32))}`]),
    ];
    this.page(
      strings.overlays.keys,
      Object.values(session.chat.people)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .flatMap(line),
    );
  }

  blocked(session: ChatController) {
    const names = [...session.chat.blocked].sort();
    if (names.length === 0) return session.tell(strings.notices.nobodyBlocked);
    this.page(strings.pages.blocked, names);
  }

  async sessions(session: ChatController, rest: string): Promise<boolean> {
    if (rest !== '' && rest !== 'end') return session.refuse(usageOf('.sessions'));
    return session.attempt(async () => {
      if (rest === 'end') return session.tell(strings.notices.ended(await session.client.endDevice(null)), 'good');
      const now = this.#desk.clock.now();
      const lines = (await session.client.sessions()).map(
        ({ device, lastSeen, online, current }) =>
          `${online ? '●' : '○'} ${fill(String(device), 12)} ${current ? strings.pages.thisDevice : online ? strings.header.online : age(lastSeen, now)}`,
      );
      this.page(strings.pages.devices, lines, null);
    });
  }
}

/** `.help`, from the one table. */
export function helpLines(): string[] {
  return commandNames.map((name) => `${fill(`${name} ${commandTable[name].usage}`, 33)} ${commandTable[name].help}`);
}
