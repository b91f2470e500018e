/**
 * Keeps drafts and settings in the profile, so that a quit or a crash loses nothing. Each window of a profile writes only its own
 * changes, and adopts the settings of other windows at once.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Client } from '../../client/api/client-api.ts';
import type { SealedRows } from '../../client/profile/sealed-rows.ts';
import type { Clock } from '../../platform/clock.ts';
import { Mutex } from '../../protocol/base/mutex.ts';
import { isCommandLine } from '../command-line/parse-line.ts';
import { textOf } from '../state/editor.ts';
import type { Remembered } from '../state/event.ts';
import { chatOf } from '../state/focus.ts';
import { unsentDraft } from '../state/stashed-draft.ts';
import type { Chat, Settings } from '../state/state.ts';
import type { Store } from '../update/state-store.ts';
import { changesOf, draftsIn, eventOf, type Rows, rowsOf, settingsIn } from './remembered-rows.ts';

/** From a change to its write. ms. */
const DELAY = 500;

type Here = { settings: Settings; chat: Chat };

export class Drafts {
  readonly #rows: SealedRows;
  readonly #clock: Clock;
  readonly #mutex = new Mutex();
  #store: Store | null = null;
  #account = '';
  /** What this window showed when it last read or wrote: a difference from it was made here. */
  #saved = new Map<string, unknown>();
  /** The chat as it was last: it is written also when the person has left it meanwhile. */
  #here: Here | null = null;
  #timer: (() => void) | null = null;
  #unfollow: (() => void) | null = null;

  constructor(rows: SealedRows, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  /** Returns the settings that were ever changed; `readable` is false when something could not be read, which is left as it is. */
  async load(): Promise<{ settings: Partial<Settings>; readable: boolean }> {
    const damaged = await this.#rows.refresh().catch(() => 1);
    return { settings: settingsIn(this.#rows.values), readable: damaged === 0 };
  }

  /** Returns the drafts of one account by conversation. From now on changes are written, and those of other windows appear here. */
  follow(store: Store, { name, daemon }: Client['me']): Remembered['drafts'] {
    this.#account = `${name} ${daemon.fingerprint}`;
    const drafts = draftsIn(this.#rows.values, this.#account);
    this.#saved = new Map(rowsOf(store.get().settings, drafts, this.#account));
    if (this.#store === null) void this.#rows.watch(() => void this.save());
    this.#store = store;
    this.#unfollow?.();
    let before: readonly unknown[] = [];
    this.#unfollow = store.subscribe(() => {
      const { settings } = store.get();
      const chat = chatOf(store.get());
      if (chat === null) return;
      this.#here = { settings, chat };
      const now = partsOf(this.#here);
      if (now.length === before.length && now.every((part, i) => part === before[i])) return;
      before = now;
      this.#timer ??= this.#clock.after(DELAY, () => void this.save());
    });
    return drafts;
  }

  /** Resolves when every change so far is written. */
  settle(): Promise<void> {
    return this.#timer === null ? this.#mutex.run(async () => {}) : this.save();
  }

  /** Writes what was changed here, and takes over what another window wrote. What cannot be written is tried again later. */
  save(): Promise<void> {
    this.#timer?.();
    this.#timer = null;
    return this.#mutex.run(async () => {
      if (this.#here === null) return;
      try {
        await this.#rows.refresh();
        const changes = changesOf(this.#saved, this.#shown(this.#here));
        if (changes.size > 0) await this.#rows.write(changes);
        for (const [row, value] of changes) this.#setSaved(row, value);
      } catch {
        // A full disk does not end a chat.
      }
      this.#takeOver(this.#here);
    });
  }

  #shown({ settings, chat }: Here): Rows {
    return rowsOf(settings, draftsOf(chat), this.#account);
  }

  /** What was changed here meanwhile stays: it is written next, and so is the later of the two. */
  #takeOver(here: Here): void {
    const shown = this.#shown(here);
    for (const row of new Set([...this.#saved.keys(), ...this.#rows.values.keys()])) {
      const value = this.#rows.values.get(row);
      const saved = this.#saved.get(row);
      const event = eventOf(row, value);
      if (event === null || isDeepStrictEqual(value, saved) || !isDeepStrictEqual(shown.get(row), saved)) continue;
      this.#setSaved(row, value);
      this.#store?.dispatch(event);
    }
  }

  #setSaved(row: string, value: unknown): void {
    if (value === undefined) this.#saved.delete(row);
    else this.#saved.set(row, value);
  }
}

function draftsOf(chat: Chat): Record<string, string> {
  return Object.fromEntries(
    Object.values(chat.threads)
      .map((thread) => [thread.name, textOf(unsentDraft(thread))] as const)
      // A command may hold a path or a name that was meant for this moment only.
      .filter(([, text]) => text !== '' && !isCommandLine(text)),
  );
}

/** The parts of the state that are kept: the same objects as long as none of them changed. */
function partsOf({ settings, chat: { threads } }: Here): readonly unknown[] {
  return [settings, ...Object.values(threads).map((thread) => thread.draft)];
}
