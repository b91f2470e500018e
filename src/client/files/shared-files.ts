/**
 * Folder `files`: files that messages name, and which file a word means; it moves no bytes. Lists the files of the account's
 * conversations. Trusts the daemon's list only as far as signed manifests confirm it.
 */
import { compare, equal, hex } from '../../protocol/base/bytes.ts';
import type { Manifest } from '../../protocol/sealed/file.ts';
import type { RequestResult } from '../../protocol/wire/requests.ts';
import type { Cache } from '../cache/cache.ts';
import type { Conversations } from '../conversations/conversations.ts';
import type { SyncState } from '../conversations/sync-state.ts';
import { ClientError } from '../errors.ts';
import type { ClientContext } from '../login/client-context.ts';
import { fileInfoOf } from '../messages/shown-messages.ts';
import { showableTime } from '../messages/written-time.ts';
import type { ConversationRef } from '../notes/conversation-ref.ts';
import type { EntryProcessor } from '../timeline/entry-processor.ts';
import type { FileInfo, FileRef } from '../types.ts';

/** Most files that are examined: the daemon's list may have no end. */
const MAX_LISTED = 10_000;

type Listed = RequestResult<'files'>['files'][number];
export type SharedFile = { info: FileInfo; manifest: Manifest; ref: ConversationRef };

export class SharedFiles {
  readonly #context: ClientContext;
  readonly #cache: Cache;
  readonly #processor: EntryProcessor;
  readonly #conversations: Pick<Conversations, 'refOf'>;
  readonly #sync: Pick<SyncState, 'synced'>;

  constructor(
    context: ClientContext,
    cache: Cache,
    processor: EntryProcessor,
    conversations: Pick<Conversations, 'refOf'>,
    sync: Pick<SyncState, 'synced'>,
  ) {
    this.#context = context;
    this.#cache = cache;
    this.#processor = processor;
    this.#conversations = conversations;
    this.#sync = sync;
  }

  /** The file that this author shared, though others name the same id; null when it is not listed. */
  async find({ author, id }: FileRef): Promise<SharedFile | null> {
    await this.#sync.synced();
    for await (const file of this.all(null, (listed) => hex(listed.file) === id))
      if (file.info.author === author) return file;
    return null;
  }

  /** Newest first, without files whose manifest does not open. @throws ClientError 'untrusted' when the list repeats itself */
  async *all(
    ref: ConversationRef | null,
    wanted: (listed: Listed) => boolean = () => true,
  ): AsyncGenerator<SharedFile> {
    let before: { at: number; file: Uint8Array } | null = null;
    let looked = 0;
    const seen = new Set<string>();
    for (;;) {
      const page: RequestResult<'files'> = await this.#context.connection.request('files', {
        conversation: ref?.id ?? null,
        before,
      });
      for (const listed of page.files) {
        if (before !== null && !isBelow(listed, before))
          throw new ClientError('untrusted', 'the server repeats itself in the list of files; ask its operator');
        before = { at: listed.at, file: listed.file };
        looked += 1;
        if (looked > MAX_LISTED) return;
        // If two messages name one id, these are two files: each is what its author signed.
        const key = `${hex(listed.conversation)}/${listed.entry.seq}`;
        const file = seen.has(key) || !wanted(listed) ? null : await this.#open(listed);
        if (file === null) continue;
        seen.add(key);
        yield file;
      }
      if (!page.more || page.files.length === 0) return;
    }
  }

  async #open(listed: Listed): Promise<SharedFile | null> {
    const ref = await this.#conversations.refOf(listed.conversation, listed.with);
    if (ref === null) return null;
    const [cached] = await this.#cache.withSeqs(ref.key, [listed.entry.seq]);
    const opened = cached?.body
      ? { author: cached.author, body: cached.body }
      : await this.#processor.peek(ref, listed.entry);
    if (opened === null) return null;
    const { author, body } = opened;
    if (body.content.kind !== 'manifest' || !equal(body.content.manifest.fileId, listed.file)) return null;
    const { manifest } = body.content;
    const formerKey = await this.#context.keyring.isFormer(body.from, author);
    const by = { author, from: body.from, formerKey, at: listed.entry.at, sentAt: showableTime(body.sentAt) };
    return { info: fileInfoOf(ref, manifest, by), manifest, ref };
  }
}

/** Whether `listed` comes after `before`: newest first, then by descending id. */
function isBelow(listed: Listed, before: { at: number; file: Uint8Array }): boolean {
  return listed.at < before.at || (listed.at === before.at && compare(listed.file, before.file) < 0);
}
