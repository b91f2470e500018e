/** Files to and from a conversation: a transfer moves the bytes, a signed manifest in the conversation says what they are. */
import { equal, hex } from '../../protocol/base/bytes.ts';
import type { Content } from '../../protocol/sealed/content.ts';
import { ClientError } from '../errors.ts';
import type { SignedIn } from '../login/sign-in.ts';
import { fileOf } from '../messages/message-builder.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type {
  ClientEvent,
  ConversationName,
  FileInfo,
  FileRef,
  ListedFile,
  Message,
  TransferOptions,
  TransferState,
} from '../types.ts';
import type { SharedFile, SharedFiles } from './shared-files.ts';
import { Transfers, type Uploaded } from './transfers.ts';

export type ExchangeParts = {
  signedIn: SignedIn;
  shared: SharedFiles;
  emit: (event: ClientEvent) => void;
  /** Queues a manifest; `sent` resolves when it is sent. */
  post: (place: ConversationRef, content: Content, file: string) => Promise<{ sent: Promise<Message> }>;
  /** Whether the manifest of a file is queued, or in its conversation. */
  isPosted: (file: string) => Promise<boolean>;
  /** Resolves when what the daemon has is known here. */
  synced: () => Promise<void>;
};

export class FileExchange {
  readonly #parts: ExchangeParts;
  readonly #transfers: Transfers;

  constructor(parts: ExchangeParts) {
    const { connection, profile, keyring, clock, lease } = parts.signedIn;
    this.#parts = parts;
    this.#transfers = new Transfers({
      connection,
      profile,
      me: keyring.me.idFp,
      clock,
      worker: { device: lease.device, held: (device) => profile.devices.isHeld(device) },
      isPosted: parts.isPosted,
      onChange: (transfer) => parts.emit({ type: 'transfer', transfer }),
    });
  }

  /** Newest first. */
  async list(place: ConversationRef | null): Promise<ListedFile[]> {
    const listed: ListedFile[] = [];
    for await (const { info, manifest } of this.#parts.shared.all(place))
      listed.push({ ...info, saved: await this.#transfers.savedAt(manifest) });
    return listed;
  }

  /** Resolves when the file is stored whole and its manifest is sent; repeated it goes on where it stopped. */
  async upload(place: ConversationRef, path: string, options: TransferOptions): Promise<FileInfo> {
    await this.#check(place);
    return this.#share(place, await this.#transfers.upload(place, path, options));
  }

  async download(wanted: FileRef, options: TransferOptions & { dir: string }): Promise<string> {
    const { info, manifest, place } = await this.#find(wanted);
    return this.#transfers.download({ id: place.id, name: place.name, author: info.author }, manifest, options);
  }

  begun(): Promise<TransferState[]> {
    return this.#transfers.list();
  }

  /** @param recipient the conversation that may be written to under a name */
  async resume(
    wanted: FileRef,
    options: TransferOptions & { dir?: string },
    recipient: (to: ConversationName) => Promise<ConversationRef>,
  ): Promise<TransferState> {
    const begun = await this.#transfers.begun(wanted);
    const states: TransferState[] = [];
    const watched = {
      ...options,
      onProgress(state: TransferState) {
        states.splice(0, 1, state);
        options.onProgress?.(state);
      },
    };
    if (begun.direction === 'down')
      await this.#transfers.goOnFetching(begun, async () => (await this.#find(wanted)).manifest, watched);
    else {
      let place: ConversationRef | null = null;
      const check = async (): Promise<void> => {
        place = await recipient(begun.to);
        if (!equal(place.id, begun.conversation))
          throw new ClientError(
            'key-changed',
            `the key of ${begun.to} is another one now; cancel it and send it again`,
          );
        await this.#check(place);
      };
      const uploaded = await this.#transfers.goOnSending(begun, check, watched);
      await this.#share(place ?? (await recipient(begun.to)), uploaded);
    }
    const [last] = states;
    if (last === undefined) throw new Error('a transfer ended without a word');
    return last;
  }

  pause(wanted: FileRef): Promise<void> {
    return this.#transfers.pause(wanted);
  }

  drop(wanted: FileRef): Promise<void> {
    return this.#transfers.drop(wanted);
  }

  /** At each login, before devices of processes that ended are taken. */
  tidy(): Promise<void> {
    return this.#transfers.tidy();
  }

  close(): void {
    this.#transfers.close();
  }

  /** Asked before anything is sent: at the end it would be in vain. */
  async #check(place: ConversationRef): Promise<void> {
    const { keyring } = this.#parts.signedIn;
    if (place.kind === 'private' && place.with !== keyring.me.name) await keyring.recipient(place.with);
  }

  async #share(place: ConversationRef, { manifest, posted }: Uploaded): Promise<FileInfo> {
    const { sent } = await this.#parts.post(place, { kind: 'manifest', manifest }, hex(manifest.fileId));
    // The outbox has it now: going on with the upload would post it twice.
    await posted();
    return fileOf(place, manifest, await sent);
  }

  async #find(wanted: FileRef): Promise<SharedFile> {
    await this.#parts.synced();
    const file = await this.#parts.shared.find(wanted);
    if (file !== null) return file;
    throw new ClientError(
      'refused',
      `no conversation of yours holds the file ${wanted.id} of this sender; see the list of files`,
    );
  }
}
