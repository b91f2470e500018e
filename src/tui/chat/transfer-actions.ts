/** Sending and fetching files on the screen: what is under way, and how it is paused, gone on with and given up. */
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

  /** Shows what earlier starts left. @param cutOff what is said of those that nobody paused */
  async recall(cutOff: (count: number) => string): Promise<void> {
    await this.refresh();
    const { transfers } = this.#controller.chat;
    for (const { state, note } of Object.values(transfers))
      if (state === 'done' && note !== null) this.#controller.notify(strings.files.saved(note), 'good');
    const cut = Object.values(transfers).filter(({ state, note }) => state === 'paused' && note !== null);
    if (cut.length > 0) this.#controller.notify(cutOff(cut.length));
  }

  /** Another program of this profile may have paused one, or gone on with one. */
  async refresh(): Promise<void> {
    await this.#controller.attempt(async () => {
      const listed = await this.#controller.client.transfers();
      const shown = this.#controller.chat.transfers;
      const gone = Object.values(shown)
        .filter((old) => old.state === 'paused' && !listed.some((one) => fileKey(one) === fileKey(old)))
        .map((transfer) => ({ ...transfer, state: 'cancelled' as const }));
      // Here it is known that it failed, and not only that it stopped.
      this.#controller.show([...gone, ...listed.filter((one) => shown[fileKey(one)]?.state !== 'failed')]);
    });
  }

  /** Resolves when it is sent, paused or given up. @returns false when there is no such file to send */
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

  /** Where it stopped, in this start or an earlier one. An earlier one may have had a folder that is of no use any more. */
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

  /** That it was stopped says whoever stopped it. */
  #watch(doing: Promise<unknown>): void {
    void doing.catch((error: unknown) => {
      if (error instanceof ClientError && error.code === 'cancelled') return;
      this.#controller.notify(error instanceof Error ? error.message : String(error), 'bad');
    });
  }
}

/** A transfer that could not begin tells no progress. */
function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}
