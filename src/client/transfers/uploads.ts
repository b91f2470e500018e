/** Files that are sent to a conversation: begun, gone on with, and, once the daemon has them whole, posted there. */
import type { FileSystem } from '../../platform/file-system.ts';
import type { Random } from '../../platform/random.ts';
import { equal, hex } from '../../protocol/base/bytes.ts';
import { fileName } from '../../protocol/base/text.ts';
import { type Manifest, segmentCount } from '../../protocol/sealed/file.ts';
import { ClientError } from '../errors.ts';
import { fileOf } from '../messages/message-builder.ts';
import type { MyMessages } from '../messages/my-messages.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { Addressees } from '../outbox/addressees.ts';
import type { FileInfo, TransferOptions } from '../types.ts';
import type { Discards } from './discards.ts';
import { sendFile } from './file-sender.ts';
import { LocalFile } from './local-file.ts';
import type { RunningTransfer, RunningTransfers, Startable } from './running-transfers.ts';
import type { UploadRecord } from './transfer-record.ts';
import type { TransferStore } from './transfer-store.ts';

/** Bytes of the plain file. The largest one: fewer records, and still one link record each. */
const SEGMENT_SIZE = 262_144;

export type UploadsParts = {
  /** idFp of who is logged in. */
  me: Uint8Array;
  fs: FileSystem;
  random: Random;
  store: TransferStore;
  runs: RunningTransfers;
  discards: Discards;
  addressees: Pick<Addressees, 'recipient' | 'checkKey'>;
  mine: Pick<MyMessages, 'send'>;
};

export class Uploads {
  readonly #parts: UploadsParts;
  /** Files that are looked up to be sent, so that none is begun twice. */
  readonly #beginning = new Set<string>();

  constructor(parts: UploadsParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when the file is stored whole and its manifest is sent; repeated with the same file it goes on where it stopped.
   * @throws ClientError 'usage' for what cannot be sent or is being sent already, 'key-changed'
   */
  async upload(to: ConversationRef, path: string, options: TransferOptions = {}): Promise<FileInfo> {
    const { addressees, fs, runs } = this.#parts;
    // Before anything is sent: at the end it would be in vain.
    await addressees.checkKey(to);
    const local = await LocalFile.open(fs, path);
    const what = `${to.key} ${local.path}`;
    let begun: UploadRecord;
    let manifest: Manifest;
    try {
      if (this.#beginning.has(what)) throw new ClientError('usage', `${path} is being sent already`);
      this.#beginning.add(what);
      const upload = await this.#begin(to, local).finally(() => this.#beginning.delete(what));
      begun = upload.begun;
      manifest = await runs.run(upload, options, (run) => this.#send(upload.begun, local, run));
    } finally {
      await local.close();
    }
    return this.#post(to, begun, manifest);
  }

  /** Goes on with one that stopped. @throws ClientError 'usage' when the file is gone or changed, 'key-changed' */
  async resume(upload: Startable<UploadRecord>, options: TransferOptions): Promise<void> {
    const { begun } = upload;
    const sent = await this.#parts.runs.run(upload, options, async (run) => {
      const to = await this.#recipient(begun);
      const local = await openAgain(this.#parts.fs, begun);
      try {
        return { to, manifest: await this.#send(begun, local, run) };
      } finally {
        await local.close();
      }
    });
    await this.#post(sent.to, begun, sent.manifest);
  }

  /** A key never seals two versions of a file: what was begun of another one is given up. */
  async #begin(to: ConversationRef, local: LocalFile): Promise<Startable<UploadRecord>> {
    const { me, random, store, runs, discards } = this.#parts;
    const { path, version, size } = local;
    const { same, others } = await store.uploads(to.id, local);
    for (const other of others) if (!runs.has(other) && (await store.claim(other))) await discards.giveUp(other);
    if (same !== null) return same;
    const secret = { file: random(16), key: random(32), segSize: SEGMENT_SIZE };
    const about = { author: hex(me), conversation: to.id, to: to.name };
    const begun: UploadRecord = { direction: 'up', ...about, path, version, size, ...secret };
    await store.add(begun);
    return { begun, done: 0, fresh: true };
  }

  async #send(begun: UploadRecord, local: LocalFile, run: RunningTransfer): Promise<Manifest> {
    try {
      const sha256 = await sendFile({ ...run, random: this.#parts.random, local, begun });
      run.progress.end('done');
      const { file: fileId, segSize, key, size } = begun;
      const count = segmentCount(size, segSize);
      return { fileId, segSize, key, size, count, sha256, name: local.name, type: '' };
    } catch (error) {
      // A file that changed is another file: nobody ever goes on with this one.
      if (error instanceof ClientError && error.code === 'usage') await this.#parts.discards.giveUp(begun);
      throw error;
    }
  }

  async #post(to: ConversationRef, begun: UploadRecord, manifest: Manifest): Promise<FileInfo> {
    const { mine, store } = this.#parts;
    const posted = await mine.send(to, { kind: 'manifest', manifest }, { until: 'sent', file: hex(begun.file) });
    // The outbox has it now: going on with the upload would post it twice.
    await store.forget(begun);
    return fileOf(to, manifest, await posted.reached);
  }

  /** @throws ClientError 'key-changed' when it was begun for another key */
  async #recipient({ to, conversation }: UploadRecord): Promise<ConversationRef> {
    const ref = await this.#parts.addressees.recipient(to);
    if (!equal(ref.id, conversation))
      throw new ClientError('key-changed', `the key of ${to} is another one now; cancel it and send it again`);
    await this.#parts.addressees.checkKey(ref);
    return ref;
  }
}

/** @throws ClientError 'usage' with what to do about it */
async function openAgain(fs: FileSystem, { path, version }: UploadRecord): Promise<LocalFile> {
  const local = await LocalFile.open(fs, path).catch((error: unknown) => {
    if (!(error instanceof ClientError)) throw error;
    throw new ClientError('usage', `${error.message}; put it back, or cancel the transfer`);
  });
  if (local.version === version) return local;
  await local.close();
  throw new ClientError('usage', `${fileName(local.name)} changed since it was begun; cancel it and send it again`);
}
