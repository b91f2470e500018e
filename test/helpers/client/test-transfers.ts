/** The transfers of one program. The test plays the conversations: it notes what is posted and provides what is fetched. */
import { ClientBus } from '../../../src/client/events/client-bus.ts';
import type { SharedFile } from '../../../src/client/files/shared-files.ts';
import type { ConversationRef } from '../../../src/client/notes/conversation-ref.ts';
import { Transfers, type TransfersParts } from '../../../src/client/transfers/transfers.ts';
import type { Message, TransferOptions, TransferState } from '../../../src/client/types.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import type { Manifest } from '../../../src/protocol/sealed/file.ts';

/** The conversation of a file, and the identity fingerprint (hex) of its sender. */
export type Source = ConversationRef & { author: string };

export class TestTransfers {
  /** What listeners were told. */
  readonly progress: TransferState[] = [];
  /** Called with each manifest before it is posted; throwing prevents that. */
  onPost: (manifest: Manifest) => void = () => {};
  readonly #transfers: Transfers;
  readonly #ref: ConversationRef;
  readonly #posted = new Map<string, Manifest>();
  readonly #shared = new Map<string, SharedFile>();

  constructor(ref: ConversationRef, parts: Pick<TransfersParts, 'connection' | 'profile' | 'me' | 'worker'>) {
    const bus = new ClientBus();
    bus.on('announced', (event) => {
      if (event.type === 'transfer') this.progress.push(event.transfer);
    });
    this.#ref = ref;
    const message = { author: hex(parts.me), from: 'me', formerKey: false, at: 0, sentAt: 0 } as Message;
    this.#transfers = new Transfers({
      ...parts,
      bus,
      recipients: { recipient: async () => this.#ref, checkKey: async () => {} },
      myMessages: {
        send: async (_, content) => {
          if (content.kind !== 'manifest') throw new Error('no manifest');
          this.onPost(content.manifest);
          this.#posted.set(hex(content.manifest.fileId), content.manifest);
          return { reached: Promise.resolve(message) };
        },
      },
      shared: {
        async *all() {},
        find: async ({ author, id }) => this.#shared.get(`${author} ${id}`) ?? null,
      },
    });
  }

  /** @returns the posted manifest */
  async upload(to: ConversationRef, path: string, options: TransferOptions = {}): Promise<Manifest> {
    const { id } = await this.#transfers.uploads.upload(to, path, options);
    const manifest = this.#posted.get(id);
    if (manifest === undefined) throw new Error('it was not posted');
    return manifest;
  }

  /** @param manifest signed by the sender */
  download(from: Source, manifest: Manifest, options: TransferOptions & { dir: string }): Promise<string> {
    const [author, id] = [from.author, hex(manifest.fileId)];
    this.#shared.set(`${author} ${id}`, { info: { author, id } as SharedFile['info'], manifest, ref: from });
    return this.#transfers.downloads.download({ author, id }, options);
  }

  /** @param manifest signed by the sender of the download */
  resume(
    { author, id }: TransferState,
    options: TransferOptions & { dir?: string } = {},
    manifest: Manifest | null = null,
  ): Promise<TransferState> {
    if (manifest !== null)
      this.#shared.set(`${author} ${id}`, { info: { author, id } as SharedFile['info'], manifest, ref: this.#ref });
    return this.#transfers.resume({ author, id }, options);
  }

  list: Transfers['list'] = () => this.#transfers.list();
  pause: Transfers['pause'] = (wanted) => this.#transfers.pause(wanted);
  drop: Transfers['drop'] = (wanted) => this.#transfers.drop(wanted);
  tidy: Transfers['tidy'] = () => this.#transfers.tidy();
}
