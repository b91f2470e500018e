/** Sending and fetching files on the screen: what is under way, and how it is paused, gone on with and given up. */
import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { printable } from '../protocol/text.ts';
import { stopReason } from './client/transfers/stop.ts';
import type { ConversationName, FileInfo, TransferState } from './client/types.ts';
import type { Session } from './session.ts';
import type { PickerEntry } from './state.ts';
import { strings } from './strings.ts';

type Running = { control: AbortController; again: () => void };

export class TransferDesk {
  readonly #session: Session;
  readonly #downloads: string;
  readonly #running = new Map<string, Running>();

  constructor(session: Session, downloads: string) {
    this.#session = session;
    this.#downloads = downloads;
  }

  get busy(): boolean {
    return Object.values(this.#session.chat.transfers).some((transfer) => transfer.state === 'running');
  }

  upload(to: ConversationName, path: string): void {
    const full = resolvePath(path);
    this.#session.tell(strings.notices.uploading(basename(full)));
    this.#run(
      (options) => this.#session.client.upload(to, full, options),
      () => this.upload(to, path),
    );
  }

  download(file: FileInfo): void {
    this.#run(
      async (options) => {
        const path = await this.#session.client.download(file.id, { ...options, dir: this.#downloads });
        this.#session.tell(strings.files.saved(path), 'good');
      },
      () => this.download(file),
    );
  }

  /** The transfer goes on from where it stopped when it is asked for again. */
  pause(transfer: TransferState): void {
    this.#running.get(transfer.id)?.control.abort(stopReason.pause);
    this.#session.tell(strings.notices.paused(transfer.name));
  }

  /** @returns false for one that was not begun since the program started: asking for the file again goes on with it. */
  resume(transfer: TransferState): boolean {
    const running = this.#running.get(transfer.id);
    running?.again();
    return running !== undefined;
  }

  cancel(transfer: TransferState): void {
    this.#running.get(transfer.id)?.control.abort(stopReason.drop);
    this.#session.tell(strings.notices.cancelled(transfer.name));
  }

  #run(
    start: (options: { signal: AbortSignal; onProgress: (transfer: TransferState) => void }) => Promise<unknown>,
    again: () => void,
  ): void {
    const control = new AbortController();
    const onProgress = (transfer: TransferState): void => {
      if (this.#running.get(transfer.id)?.control !== control) this.#running.set(transfer.id, { control, again });
    };
    void start({ signal: control.signal, onProgress }).catch((error: unknown) => {
      if (!control.signal.aborted) this.#session.tell(error instanceof Error ? error.message : String(error), 'bad');
    });
  }
}

/** `~` is the home folder; quotes around a dropped path and backslashes before its spaces go. */
export function resolvePath(path: string): string {
  const bare = path
    .trim()
    .replace(/^(['"])(.*)\1$/s, '$2')
    .replace(/\\ /g, ' ');
  return resolve(bare === '~' || bare.startsWith('~/') ? join(homedir(), bare.slice(1)) : bare);
}

/** A folder's entries: folders first, then files, by name. Hidden ones only when `hidden`. */
export async function entriesOf(folder: string, hidden: boolean): Promise<PickerEntry[]> {
  const found = await readdir(folder, { withFileTypes: true });
  const entries = await Promise.all(
    found
      .filter((entry) => hidden || !entry.name.startsWith('.'))
      .slice(0, 2000)
      .map(async (entry): Promise<PickerEntry | null> => {
        const info = await stat(join(folder, entry.name)).catch(() => null);
        if (info === null || !(info.isFile() || info.isDirectory())) return null;
        return { name: entry.name, folder: info.isDirectory(), size: info.size };
      }),
  );
  return entries
    .filter((entry) => entry !== null)
    .filter((entry) => printable(entry.name) === entry.name)
    .sort((a, b) => Number(b.folder) - Number(a.folder) || (a.name < b.name ? -1 : 1));
}
