/** `.notify`, `.mouse`, `.typing`, `.theme`: how this screen is. */
import type { CommandName } from '../command-line/command-names.ts';
import { divide, usageOf } from '../command-line/dot-commands.ts';
import type { ChatController } from '../session/chat-controller.ts';
import type { CommandsDesk } from '../session/desk.ts';
import { ownValue } from '../state/has-own.ts';
import type { Settings } from '../state/state.ts';
import { type ThemeName, themeNames, themeToUse } from '../state/theme.ts';
import { strings } from '../text/strings.ts';

export class Preferences {
  readonly #desk: CommandsDesk;

  constructor(desk: CommandsDesk) {
    this.#desk = desk;
  }

  notify(session: ChatController, rest: string) {
    const [what, on] = divide(rest);
    const setting = ownValue({ bell: 'bell', desktop: 'desktop', text: 'desktopText' } as const, what);
    if (setting === undefined) return session.tell(usageOf('.notify'), 'bad');
    this.switch(session, '.notify', setting, on);
  }

  switch(session: ChatController, name: CommandName, setting: keyof typeof strings.settings, word: string) {
    if (word !== 'on' && word !== 'off') return session.tell(usageOf(name), 'bad');
    this.#desk.store.dispatch({ type: 'settings', settings: { [setting]: word === 'on' } as Partial<Settings> });
    session.tell(strings.notices[word](strings.settings[setting]));
  }

  theme(session: ChatController, name: string) {
    if (!(themeNames as readonly string[]).includes(name)) return session.tell(usageOf('.theme'), 'bad');
    const theme = name as ThemeName;
    this.#desk.store.dispatch({ type: 'settings', settings: { theme } });
    const { suited } = this.#desk.store.get();
    const isShown = themeToUse(suited, theme) === theme;
    session.tell(isShown ? strings.notices.theme(name) : strings.notices.themeElsewhere(name, suited));
  }
}
