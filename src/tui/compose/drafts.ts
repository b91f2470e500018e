/**
 * What was begun and not sent, who is muted or blocked, and the settings of the screen: in the profile, sealed, so that a quit
 * or a crash loses nothing. Every window of the profile keeps what it changed, and takes over what another one did.
 */
import { join } from 'node:path';
import type { Client, ConversationName } from '../../client/types.ts';
import type { Clock } from '../../platform/clock.ts';
import { replaceDurably } from '../../platform/durable-write.ts';
import type { FileSystem } from '../../platform/file-system.ts';
import { Mutex } from '../../protocol/base/mutex.ts';
import { isCommandLine } from '../command-line/dot-commands.ts';
import { textOf } from '../state/editor.ts';
import type { Event, Remembered } from '../state/event.ts';
import { chatOf } from '../state/focus.ts';
import { unsentDraft } from '../state/stashed-draft.ts';
import type { Chat, Settings } from '../state/state.ts';
import type { Store } from '../update/state-store.ts';
import { changesOf, type Kept, keptOf, type Leaves, leavesOf, merge, parseKept, partAndName } from './settings-file.ts';

/** What is typed is on the disk after this. ms. */
const DELAY = 500;
const FILE = 'screen.sealed';

/** Seals to the profile's key; `Profile` is one. */
export type Vault = {
  dir: string;
  seal(bytes: Uint8Array, aad: Uint8Array): Uint8Array;
  open(bytes: Uint8Array, aad: Uint8Array): Uint8Array;
};

type Here = { settings: Settings; chat: Chat };

const aad = new TextEncoder().encode('screen');

export class Drafts {
  readonly #vault: Vault;
  readonly #fs: FileSystem;
  readonly #clock: Clock;
  /** The file as it was read or written last. */
  #kept: Kept | null = null;
  #store: Store | null = null;
  /** What there was last of the chat: written also when it is left meanwhile. */
  #here: Here | null = null;
  #account = '';
  /** What this window had when the file was read or written last: what differs from it was changed here since. */
  #base: Leaves = new Map();
  #timer: (() => void) | null = null;
  readonly #turns = new Mutex();
  /** A file that could not be read is left alone. */
  #readable = true;

  constructor(vault: Vault, fs: FileSystem, clock: Clock) {
    this.#vault = vault;
    this.#fs = fs;
    this.#clock = clock;
  }

  /** @returns null for settings that were never changed. */
  async load(): Promise<{ settings: Kept['settings'] | null; readable: boolean }> {
    try {
      this.#kept = await this.#read();
    } catch (error) {
      this.#readable = (error as NodeJS.ErrnoException).code === 'ENOENT';
    }
    return { settings: this.#kept?.settings ?? null, readable: this.#readable };
  }

  /** What is kept of one account; from now on its changes are, and those of other windows are seen here. */
  follow(store: Store, { name, daemon }: Client['me']): Remembered {
    const account = `${name} ${daemon.fingerprint}`;
    this.#store = store;
    this.#account = account;
    const { drafts = {}, muted = {}, blocked = {} } = this.#kept ?? {};
    const settings = settingsOf(store.get().settings);
    this.#base = leavesOf({ settings, drafts, muted, blocked }, account);
    let before: readonly unknown[] = [];
    store.subscribe(() => {
      const { settings } = store.get();
      const chat = chatOf(store.get());
      if (chat === null) return;
      this.#here = { settings, chat };
      const now = partsOf(this.#here);
      if (now.length === before.length && now.every((part, i) => part === before[i])) return;
      before = now;
      this.#timer ??= this.#clock.after(DELAY, () => void this.save());
    });
    void this.#watch();
    return { drafts: drafts[account] ?? {}, muted: muted[account] ?? [], blocked: blocked[account] ?? [] };
  }

  /** Writes what has changed and is not written yet. */
  settle(): Promise<void> {
    return this.#timer === null ? this.#turns.run(async () => {}) : this.save();
  }

  /** Writes what was changed here, and takes over what another window wrote. Failing to is no reason to stop a chat. */
  save(): Promise<void> {
    this.#timer?.();
    this.#timer = null;
    return this.#turns.run(async () => {
      const now = this.#leaves();
      if (now === null || !this.#readable) return;
      const found = await this.#read().catch(() => this.#kept);
      const theirs = found === null ? now : leavesOf(found, this.#account);
      const next = merge(this.#base, now, theirs);
      const kept = keptOf(next, this.#account, found);
      // A window that changed nothing writes nothing: two that see each other write would never end.
      const isNew = found === null || changesOf(theirs, next).length > 0;
      if (isNew && !(await this.#write(kept))) return;
      this.#kept = kept;
      this.#base = new Map([
        ...[...now].filter(([leaf]) => !isShared(leaf)),
        ...[...next].filter(([leaf]) => isShared(leaf)),
      ]);
      this.#takeOver(now, next);
    });
  }

  /** What is here now; null before the chat. */
  #leaves(): Leaves | null {
    if (this.#here === null) return null;
    const { settings, chat } = this.#here;
    const account = this.#account;
    return leavesOf(
      {
        settings: settingsOf(settings),
        drafts: { [account]: draftsOf(chat) },
        muted: { [account]: [...chat.muted] },
        blocked: { [account]: [...chat.blocked] },
      },
      account,
    );
  }

  /** Brings `next` into the state that was `now` before the disk was asked; what was changed here meanwhile stays. */
  #takeOver(now: Leaves, next: Leaves): void {
    const here = this.#leaves();
    if (here === null) return;
    const wanted = merge(now, here, next);
    for (const leaf of changesOf(here, wanted).filter(isShared))
      this.#store?.dispatch(changeOf(leaf, wanted.get(leaf)));
  }

  /** A window that nobody looks at rings for somebody who was blocked in another: it cannot wait until it is looked at. */
  async #watch(): Promise<void> {
    try {
      for await (const { filename } of this.#fs.watch(this.#vault.dir, { persistent: false }))
        if (filename === FILE) void this.save();
    } catch {
      // Not every disk tells: then it is seen with the next change here.
    }
  }

  /** @throws what the disk, the seal and the schema say */
  async #read(): Promise<Kept> {
    const sealed = await this.#fs.readFile(join(this.#vault.dir, FILE));
    return parseKept(JSON.parse(new TextDecoder().decode(this.#vault.open(sealed, aad))));
  }

  #write(kept: Kept): Promise<boolean> {
    const sealed = this.#vault.seal(new TextEncoder().encode(JSON.stringify(kept)), aad);
    return replaceDurably(this.#fs, join(this.#vault.dir, FILE), sealed).then(
      () => true,
      () => false,
    );
  }
}

/** A draft stays with the window in which it is written, so that nothing comes or goes under somebody's hands. */
function isShared(leaf: string): boolean {
  return !leaf.startsWith('drafts ');
}

function changeOf(leaf: string, value: unknown): Event {
  const [part, name] = partAndName(leaf);
  if (part === 'settings') return { type: 'settings', settings: { [name]: value } as Partial<Settings> };
  if (part === 'muted') return { type: 'muted', conversation: name as ConversationName, on: value === true };
  return { type: 'blocked', name, on: value === true };
}

function settingsOf({ theme, mouse, bell, desktop, desktopText, typing }: Settings): Kept['settings'] {
  return { theme, mouse, bell, desktop, desktopText, typing };
}

function draftsOf(chat: Chat): Record<string, string> {
  return Object.fromEntries(
    Object.values(chat.threads)
      .map((thread) => [thread.name, textOf(unsentDraft(thread))] as const)
      // A command may hold a path or a name that was meant for this moment only.
      .filter(([, text]) => text !== '' && !isCommandLine(text)),
  );
}

/** What is kept, for comparing: the same objects as long as nothing of it changed. */
function partsOf({ settings, chat: { muted, blocked, threads } }: Here): readonly unknown[] {
  return [settings, muted, blocked, ...Object.values(threads).map((thread) => thread.draft)];
}
