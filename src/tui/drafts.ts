/** What was begun and not sent, and the settings of the screen: in the profile, sealed, so that a quit or a crash loses nothing. */
import { join } from 'node:path';
import * as v from 'valibot';
import { replaceDurably } from '../protocol/durable.ts';
import type { Clock, FileSystem } from '../protocol/seams.ts';
import { Turns } from '../protocol/turns.ts';
import type { Client } from './client/types.ts';
import { textOf } from './editor.ts';
import { chatOf } from './field.ts';
import type { Settings } from './state.ts';
import type { Store } from './store.ts';
import { type ThemeName, themeNames } from './theme.ts';

/** What is typed is on the disk after this. ms. */
const DELAY = 500;
const FILE = 'screen.sealed';

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
  #last: Kept['last'] = null;
  /** What the terminal was given at the start; null once the person chose a theme: only a choice is kept. */
  #givenTheme: ThemeName | null = null;
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
      const sealed = await this.#fs.readFile(join(this.#vault.dir, FILE));
      const plain = new TextDecoder().decode(this.#vault.open(sealed, aad));
      this.#kept = v.parse(kept, JSON.parse(plain));
    } catch (error) {
      this.#readable = (error as NodeJS.ErrnoException).code === 'ENOENT';
    }
    return { settings: this.#kept?.settings ?? null, last: this.#kept?.last ?? null, readable: this.#readable };
  }

  /** The drafts of one account, by conversation; from now on they are kept. */
  follow(store: Store, { name, daemon }: Client['me']): Readonly<Record<string, string>> {
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
    return this.#kept?.drafts[account] ?? {};
  }

  /** Writes what is there now. Failing to is no reason to stop a chat. */
  save(): Promise<void> {
    this.#timer?.();
    this.#timer = null;
    const text = this.#text();
    return this.#turns.take(async () => {
      if (text === null) return;
      const sealed = this.#vault.seal(new TextEncoder().encode(text), aad);
      await replaceDurably(this.#fs, join(this.#vault.dir, FILE), sealed).catch(() => {});
    });
  }

  #text(): string | null {
    const state = this.#store?.get();
    const chat = state === undefined ? null : chatOf(state);
    if (state === undefined || chat === null || !this.#readable) return null;
    if (state.settings.theme !== this.#givenTheme) this.#givenTheme = null;
    const theme = this.#givenTheme === null ? state.settings.theme : (this.#kept?.settings.theme ?? null);
    const own = Object.fromEntries(
      Object.values(chat.threads)
        .map((thread) => [thread.name, textOf(thread.recalled > 0 ? thread.kept : thread.draft)] as const)
        .filter(([, text]) => text !== '' && !isSecret(text)),
    );
    this.#kept = {
      v: 1,
      settings: settingsOf(state.settings, theme),
      last: this.#last,
      drafts: { ...this.#kept?.drafts, [this.#account]: own },
    };
    return JSON.stringify(this.#kept);
  }
}

function settingsOf(
  { mouse, bell, desktop, desktopText, typing }: Settings,
  theme: ThemeName | null,
): Kept['settings'] {
  return { theme, mouse, bell, desktop, desktopText, typing };
}

/** Nothing that begins like a command is kept: it may hold a path or a name that was meant for this moment only. */
function isSecret(text: string): boolean {
  return /^[./]/.test(text);
}

/** What is kept, for comparing: the same objects as long as nothing of it changed. */
function partsOf(store: Store): readonly unknown[] {
  const state = store.get();
  const chat = chatOf(state);
  return chat === null ? [] : [state.settings, ...Object.values(chat.threads).map((thread) => thread.draft)];
}
