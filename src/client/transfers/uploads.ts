/** Uploads files to a conversation: begins or resumes an upload, and posts the manifest when the daemon has the whole file. */
import type { FileSystem } from '../../platform/file-system.ts';
import type { Random } from '../../platform/random.ts';
import { equal, hex } from '../../protocol/base/bytes.ts';
import { safeFileName } from '../../protocol/base/safe-text.ts';
import type { Manifest } from '../../protocol/sealed/file.ts';
import { ClientError } from '../errors.ts';
import type { MyMessages } from '../messages/my-messages.ts';
import { fileInfoOf } from '../messages/shown-messages.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { RecipientLookup } from '../outbox/recipient-lookup.ts';
import type { FileInfo, TransferOptions } from '../types.ts';
import { uploadFile } from './file-upload.ts';
import { LocalFile } from './local-file.ts';
import type { RunningTransfers, StartableTransfer } from './running-transfers.ts';
import type { TransferCleanup } from './transfer-cleanup.ts';
import type { UploadRecord } from './transfer-record.ts';
import type { TransferStore } from './transfer-store.ts';

/** Bytes of the plain file in a segment: the most that fits into one record of the link. */
const SEGMENT_SIZE = 262_144;

export type UploadsParts = {
  /** Identity fingerprint of the account. */
  me: Uint8Array;
  fs: FileSystem;
  random: Random;
  store: TransferStore;
  runs: RunningTransfers;
  cleanup: TransferCleanup;
  recipients: Pick<RecipientLookup, 'recipient' | 'checkKey'>;
  myMessages: Pick<MyMessages, 'send'>;
};

export class Uploads {
  readonly #parts: UploadsParts;
  /** Conversations and paths that are being looked up, so that no upload is begun twice. */
  readonly #beginning = new Set<string>();

  constructor(parts: UploadsParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when the daemon has the whole file and its manifest is sent. Repeated with the same file, it continues where it stopped.
   * @throws ClientError 'usage' for what cannot be sent or is being sent already, 'key-changed'
   */
  async upload(to: ConversationRef, path: string, options: TransferOptions = {}): Promise<FileInfo> {
    const { recipients, fs, random, runs } = this.#parts;
    // Before the upload: at its end the manifest could not be sealed.
    await recipients.checkKey(to);
    const local = await LocalFile.open(fs, path);
    const what = `${to.key} ${local.path}`;
    let record: UploadRecord;
    let manifest: Manifest;
    try {
      if (this.#beginning.has(what)) throw new ClientError('usage', `${path} is being sent already`);
      this.#beginning.add(what);
      const upload = await this.#begin(to, local).finally(() => this.#beginning.delete(what));
      record = upload.record;
      manifest = await runs.run(upload, options, (run) => uploadFile({ ...run, random, local, record: upload.record }));
    } finally {
      await local.close();
    }
    return this.#post(to, record, manifest);
  }

  /** Continues an upload. @throws ClientError 'usage' when the file is gone or changed, 'key-changed' */
  async resume(upload: StartableTransfer<UploadRecord>, options: TransferOptions): Promise<void> {
    const { record } = upload;
    const { fs, random, runs } = this.#parts;
    const sent = await runs.run(upload, options, async (run) => {
      const to = await this.#recipient(record);
      const local = await openAgain(fs, record);
      try {
        return { to, manifest: await uploadFile({ ...run, random, local, record }) };
      } finally {
        await local.close();
      }
    });
    await this.#post(sent.to, record, sent.manifest);
  }

  /** A key must never seal two versions of a file: uploads of other versions are given up. */
  async #begin(to: ConversationRef, local: LocalFile): Promise<StartableTransfer<UploadRecord>> {
    const { me, random, store, runs, cleanup } = this.#parts;
    const { path, version, size } = local;
    const { same, others } = await store.uploads(to.id, local);
    for (const other of others) if (!runs.has(other) && (await store.claim(other))) await cleanup.giveUp(other);
    if (same !== null) return same;
    const secret = { file: random(16), key: random(32), segSize: SEGMENT_SIZE };
    const about = { author: hex(me), conversation: to.id, to: to.name };
    const record: UploadRecord = { direction: 'up', ...about, path, version, size, ...secret };
    await store.add(record);
    return { record, done: 0, fresh: true };
  }

  async #post(to: ConversationRef, record: UploadRecord, manifest: Manifest): Promise<FileInfo> {
    const { myMessages, store } = this.#parts;
    const posted = await myMessages.send(to, { kind: 'manifest', manifest }, { until: 'sent', file: hex(record.file) });
    // The outbox has the manifest: resuming the upload would post it twice.
    await store.forget(record);
    return fileInfoOf(to, manifest, await posted.reached);
  }

  /** @throws ClientError 'key-changed' when the upload was begun for another key */
  async #recipient({ to, conversation }: UploadRecord): Promise<ConversationRef> {
    const ref = await this.#parts.recipients.recipient(to);
    if (!equal(ref.id, conversation))
      throw new ClientError('key-changed', `the key of ${to} is another one now; cancel it and send it again`);
    await this.#parts.recipients.checkKey(ref);
    return ref;
  }
}

/** @throws ClientError 'usage' with advice when the file is gone or changed */
async function openAgain(fs: FileSystem, { path, version }: UploadRecord): Promise<LocalFile> {
  const local = await LocalFile.open(fs, path).catch((error: unknown) => {
    if (!(error instanceof ClientError)) throw error;
    throw new ClientError('usage', `${error.message}; put it back, or cancel the transfer`);
  });
  if (local.version === version) return local;
  await local.close();
  throw new ClientError('usage', `${safeFileName(local.name)} changed since it was begun; cancel it and send it again`);
}
