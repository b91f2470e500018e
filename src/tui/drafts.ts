/**
 * What was begun and not sent, who is muted or blocked, and the settings of the screen: in the profile, sealed, so that a quit
 * or a crash loses nothing.
 */
import { join } from 'node:path';
import * as v from 'valibot';
import { replaceDurably } from '../protocol/durable.ts';
import type { Clock, FileSystem } from '../protocol/seams.ts';
import { Turns } from '../protocol/turns.ts';
import { unsent } from './aside.ts';
import type { Client } from './client/types.ts';
import { isCommandLine } from './dot-commands.ts';
import { textOf } from './editor.ts';
import type { Remembered } from './event.ts';
import { chatOf } from './field.ts';
import type { Chat, Settings, State } from './state.ts';
import type { Store } from './store.ts';
import { type ThemeName, themeNames } from './theme.ts';

/** What is typed is on the disk after this. ms. */
const DELAY = 500;
const FILE = 'screen.sealed';

/** By account: its name and the daemon's fingerprint. */
const names = v.optional(v.record(v.string(), v.array(v.string())), {});

/** `muted` and `blocked` came later: a file without them has none. */
const kept = v.object({
  v: v.literal(1),
  settings: v.object({
    theme: v.nullable(v.picklist(themeNames)),
    mouse: v.boolean(),
    bell: v.boolean(),
    desktop: v.boolean(),
    desktopText: v.boolean(),
    /** Not in files of before there was such a thing. */
    typing: v.optional(v.boolean(), true),
  }),
  /** Who was last here, and where: the join link. */
  last: v.nullable(v.object({ server: v.string(), user: v.string() })),
  drafts: v.record(v.string(), v.record(v.string(), v.string())),
  muted: names,
  blocked: names,
});
type Kept = v.InferOutput<typeof kept>;

/** Seals to the profile's key; `Profile` is one. */
export type Vault = {
  dir: string;
  seal(bytes: Uint8Array, aad: Uint8Array): Uint8Array;
  open(bytes: Uint8Array, aad: Uint8Array): Uint8Array;
};

const aad = new TextEncoder().encode('screen');

export class Drafts {
  readonly #vault: Vault;
  readonly #fs: FileSystem;
  readonly #clock: Clock;
  #kept: Kept | null = null;
  #store: Store | null = null;
  #account = '';
  /** The lists of the account as they were read or written last. */
  #lists: Pick<Remembered, 'muted' | 'blocked'> = { muted: [], blocked: [] };
  #last: Kept['last'] = null;
  /** The choice of an earlier start; undefined once there is one of this start, which alone is written. */
  #givenTheme: ThemeName | null | undefined = null;
  #timer: (() => void) | null = null;
  readonly #turns = new Turns();
  /** A file that could not be read is left alone. */
  #readable = true;

  constructor(vault: Vault, fs: FileSystem, clock: Clock) {
    this.#vault = vault;
    this.#fs = fs;
    this.#clock = clock;
  }

  /** @returns null for settings that were never changed. */
  async load(): Promise<{ settings: Kept['settings'] | null; last: Kept['last']; readable: boolean }> {
    try {
      this.#kept = await this.#read();
    } catch (error) {
      this.#readable = (error as NodeJS.ErrnoException).code === 'ENOENT';
    }
    return { settings: this.#kept?.settings ?? null, last: this.#kept?.last ?? null, readable: this.#readable };
  }

  /** What is kept of one account; from now on its changes are. */
  follow(store: Store, { name, daemon }: Client['me']): Remembered {
    const account = `${name} ${daemon.fingerprint}`;
    this.#store = store;
    this.#account = account;
    this.#givenTheme = store.get().settings.theme;
    this.#last = { server: `securechat://${daemon.address}#${daemon.fingerprint}`, user: name };
    let before = partsOf(store);
    store.subscribe(() => {
      const now = partsOf(store);
      if (now.length === before.length && now.every((part, i) => part === before[i])) return;
      before = now;
      this.#timer ??= this.#clock.after(DELAY, () => void this.save());
    });
    this.#lists = { muted: this.#kept?.muted[account] ?? [], blocked: this.#kept?.blocked[account] ?? [] };
    return { drafts: this.#kept?.drafts[account] ?? {}, ...this.#lists };
  }

  /** Writes what has changed and is not written yet. */
  settle(): Promise<void> {
    return this.#timer === null ? this.#turns.take(async () => {}) : this.save();
  }

  /** Writes what is there now. Failing to is no reason to stop a chat. */
  save(): Promise<void> {
    this.#timer?.();
    this.#timer = null;
    const state = this.#store?.get();
    const chat = state === undefined ? null : chatOf(state);
    return this.#turns.take(async () => {
      if (state === undefined || chat === null || !this.#readable) return;
      this.#kept = this.#with(state, chat, await this.#read().catch(() => this.#kept));
      const sealed = this.#vault.seal(new TextEncoder().encode(JSON.stringify(this.#kept)), aad);
      await replaceDurably(this.#fs, join(this.#vault.dir, FILE), sealed).catch(() => {});
    });
  }

  /** @throws what the disk, the seal and the schema say */
  async #read(): Promise<Kept> {
    const sealed = await this.#fs.readFile(join(this.#vault.dir, FILE));
    return v.parse(kept, JSON.parse(new TextDecoder().decode(this.#vault.open(sealed, aad))));
  }

  /** `before` with what is here now. A list that was not changed here stays as another window left it. */
  #with(state: State, chat: Chat, before: Kept | null): Kept {
    const account = this.#account;
    if (state.settings.theme !== this.#givenTheme) this.#givenTheme = undefined;
    const theme = this.#givenTheme === undefined ? state.settings.theme : (before?.settings.theme ?? null);
    const own = Object.fromEntries(
      Object.values(chat.threads)
        .map((thread) => [thread.name, textOf(unsent(thread))] as const)
        // A command may hold a path or a name that was meant for this moment only.
        .filter(([, text]) => text !== '' && !isCommandLine(text)),
    );
    const list = (which: 'muted' | 'blocked'): readonly string[] =>
      isSame(chat[which], this.#lists[which]) ? (before?.[which][account] ?? []) : [...chat[which]];
    const [muted, blocked] = [list('muted'), list('blocked')];
    this.#lists = { muted: [...chat.muted], blocked: [...chat.blocked] };
    return {
      v: 1,
      settings: settingsOf(state.settings, theme),
      last: this.#last,
      drafts: { ...before?.drafts, [account]: own },
      muted: { ...before?.muted, [account]: [...muted] },
      blocked: { ...before?.blocked, [account]: [...blocked] },
    };
  }
}

function isSame(names: ReadonlySet<string>, list: readonly string[]): boolean {
  return names.size === list.length && list.every((name) => names.has(name));
}

function settingsOf(
  { mouse, bell, desktop, desktopText, typing }: Settings,
  theme: ThemeName | null,
): Kept['settings'] {
  return { theme, mouse, bell, desktop, desktopText, typing };
}

/** What is kept, for comparing: the same objects as long as nothing of it changed. */
function partsOf(store: Store): readonly unknown[] {
  const state = store.get();
  const chat = chatOf(state);
  return chat === null
    ? []
    : [state.settings, chat.muted, chat.blocked, ...Object.values(chat.threads).map((thread) => thread.draft)];
}
