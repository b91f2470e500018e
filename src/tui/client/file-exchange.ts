/** Files to and from a conversation: a transfer moves the bytes, a signed manifest in the conversation says what they are. */
import { hex } from '../../protocol/bytes.ts';
import type { Content } from '../../protocol/content.ts';
import type { SignedIn } from './connect.ts';
import { ClientError } from './errors.ts';
import { fileOf } from './messages.ts';
import type { Place } from './notes.ts';
import type { SharedFiles } from './shared-files.ts';
import { Transfers } from './transfers/transfers.ts';
import type { ClientEvent, FileInfo, Message, TransferOptions } from './types.ts';

/** Posts a manifest; resolves when it is sent. */
export type PostManifest = (place: Place, content: Content, file: string) => Promise<Message>;

export class FileExchange {
  readonly #shared: SharedFiles;
  readonly #transfers: Transfers;
  readonly #post: PostManifest;

  constructor(signedIn: SignedIn, shared: SharedFiles, emit: (event: ClientEvent) => void, post: PostManifest) {
    const { connection, profile, keyring, clock } = signedIn;
    this.#shared = shared;
    this.#post = post;
    this.#transfers = new Transfers({
      connection,
      profile,
      me: keyring.me.idFp,
      clock,
      onChange: (transfer) => emit({ type: 'transfer', transfer }),
    });
  }

  list(place: Place | null): Promise<FileInfo[]> {
    return this.#shared.list(place);
  }

  /** Resolves when the file is stored whole and its manifest is sent; repeated it goes on where it stopped. */
  async upload(place: Place, path: string, options: TransferOptions): Promise<FileInfo> {
    const { manifest, posted } = await this.#transfers.upload(place, path, options);
    try {
      const { from, at } = await this.#post(place, { kind: 'manifest', manifest }, hex(manifest.fileId));
      return fileOf(place, manifest, { from, at });
    } finally {
      // The outbox has it now, or it was refused for good: repeating it is another upload either way.
      await posted();
    }
  }

  async download(id: string, options: TransferOptions & { dir: string }): Promise<string> {
    const file = await this.#shared.find(id);
    if (file === null)
      throw new ClientError('refused', `no conversation of yours holds a file ${id}; see the list of files`);
    return this.#transfers.download(file.place, file.manifest, options);
  }

  close(): void {
    this.#transfers.close();
  }
}
