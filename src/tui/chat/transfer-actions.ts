/** Starts, pauses, resumes and cancels transfers, and reports their outcome in notices. */
import { basename } from 'node:path';
import { ClientError } from '../../client/errors.ts';
import type { ConversationName, FileInfo, TransferState } from '../../client/types.ts';
import { resolvePath } from '../command-line/typed-paths.ts';
import { fileKey } from '../state/message-list.ts';
import { strings } from '../text/strings.ts';
import type { ChatController } from './chat-controller.ts';

export class TransferActions {
  readonly #controller: ChatController;
  readonly #downloads: string;

  constructor(controller: ChatController, downloads: string) {
    this.#controller = controller;
    this.#downloads = downloads;
  }

  get busy(): boolean {
    return Object.values(this.#controller.chat.transfers).some((transfer) => transfer.state === 'running');
  }

  /** Shows the transfers of earlier runs. `cutOff` is the notice for those that were interrupted. */
  async recall(cutOff: (count: number) => string): Promise<void> {
    await this.refresh();
    const { transfers } = this.#controller.chat;
    for (const { state, note } of Object.values(transfers))
      if (state === 'done' && note !== null) this.#controller.notify(strings.files.saved(note), 'good');
    const cut = Object.values(transfers).filter(({ state, note }) => state === 'paused' && note !== null);
    if (cut.length > 0) this.#controller.notify(cutOff(cut.length));
  }

  /** Reads the list anew: another program of this profile may have paused or resumed transfers. */
  async refresh(): Promise<void> {
    await this.#controller.attempt(async () => {
      const listed = await this.#controller.client.transfers();
      const shown = this.#controller.chat.transfers;
      const gone = Object.values(shown)
        .filter((old) => old.state === 'paused' && !listed.some((one) => fileKey(one) === fileKey(old)))
        .map((transfer) => ({ ...transfer, state: 'cancelled' as const }));
      // A failure that is known here is more precise than 'paused'.
      this.#controller.show([...gone, ...listed.filter((one) => shown[fileKey(one)]?.state !== 'failed')]);
    });
  }

  /** Resolves when the file is sent, paused or cancelled; to false when there is no such file. */
  upload(to: ConversationName, path: string): Promise<boolean> {
    const full = resolvePath(path);
    const notice = strings.notices.uploading(basename(full));
    void this.#controller.endAway();
    const onProgress = once(() => this.#controller.notify(notice));
    const sending = this.#controller.client
      .upload(to, full, { onProgress })
      .then(() => this.#controller.clearNotice(notice));
    this.#watch(sending);
    return sending.then(
      () => true,
      (error: unknown) => !(error instanceof ClientError && error.code === 'usage'),
    );
  }

  download(file: FileInfo): void {
    const saving = this.#controller.client.download(file, { dir: this.#downloads });
    this.#watch(saving.then((path) => this.#controller.notify(strings.files.saved(path), 'good')));
  }

  pause(transfer: TransferState): void {
    const { name } = transfer;
    this.#watch(
      this.#controller.client.pause(transfer).then(() => this.#controller.notify(strings.notices.paused(name))),
    );
  }

  /** Resumes a transfer of this run or an earlier one, whose download folder may no longer exist: this run's folder is used. */
  resume(transfer: TransferState): void {
    const { name } = transfer;
    const onProgress = once(() => this.#controller.notify(strings.notices.resumed(name)));
    this.#watch(
      this.#controller.client.resume(transfer, { dir: this.#downloads, onProgress }).then(({ direction, note }) => {
        if (direction === 'down' && note !== null) this.#controller.notify(strings.files.saved(note), 'good');
      }),
    );
  }

  cancel(transfer: TransferState): void {
    const { name } = transfer;
    this.#watch(
      this.#controller.client.drop(transfer).then(() => this.#controller.notify(strings.notices.cancelled(name))),
    );
  }

  /** Shows failures. A cancelled transfer is reported by the command that cancelled it. */
  #watch(doing: Promise<unknown>): void {
    void doing.catch((error: unknown) => {
      if (error instanceof ClientError && error.code === 'cancelled') return;
      this.#controller.notify(error instanceof Error ? error.message : String(error), 'bad');
    });
  }
}

/** Runs `action` at the first call only: a transfer that does not start reports no progress. */
function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}
