/** Files of my conversations: what the daemon lists, believed only as far as a signed manifest says so. */
import { equal, hex } from '../../protocol/bytes.ts';
import type { Manifest } from '../../protocol/file.ts';
import type { RequestResult } from '../../protocol/requests.ts';
import type { Cache } from './cache.ts';
import type { ChatContext } from './chat-context.ts';
import type { Intake } from './intake.ts';
import { fileOf } from './messages.ts';
import type { Place } from './notes.ts';
import type { FileInfo } from './types.ts';

type Listed = RequestResult<'files'>['files'][number];
export type SharedFile = { info: FileInfo; manifest: Manifest; place: Place };

export class SharedFiles {
  readonly #context: ChatContext;
  readonly #cache: Cache;
  readonly #intake: Intake;
  readonly #placeOf: (conversation: Uint8Array, name: string | null) => Promise<Place | null>;

  constructor(
    context: ChatContext,
    cache: Cache,
    intake: Intake,
    placeOf: (conversation: Uint8Array, name: string | null) => Promise<Place | null>,
  ) {
    this.#context = context;
    this.#cache = cache;
    this.#intake = intake;
    this.#placeOf = placeOf;
  }

  /** Newest first. Those whose manifest does not open here are left out. */
  async list(place: Place | null): Promise<FileInfo[]> {
    const files: FileInfo[] = [];
    for await (const file of this.#pages(place)) files.push(file.info);
    return files;
  }

  /** @returns null when no conversation of mine holds it */
  async find(id: string): Promise<SharedFile | null> {
    for await (const file of this.#pages(null)) if (file.info.id === id) return file;
    return null;
  }

  async *#pages(place: Place | null): AsyncGenerator<SharedFile> {
    let before: { at: number; file: Uint8Array } | null = null;
    for (;;) {
      const page: RequestResult<'files'> = await this.#context.connection.request('files', {
        conversation: place?.id ?? null,
        before,
      });
      for (const listed of page.files) {
        const file = await this.#open(listed);
        if (file !== null) yield file;
      }
      const last = page.files.at(-1);
      if (!page.more || last === undefined) return;
      before = { at: last.at, file: last.file };
    }
  }

  async #open(listed: Listed): Promise<SharedFile | null> {
    const place = await this.#placeOf(listed.conversation, listed.with);
    if (place === null) return null;
    const [cached] = await this.#cache.at(place.key, [listed.entry.seq]);
    const said = cached?.said ?? (await this.#intake.peek(place, listed.entry))?.said ?? null;
    if (said?.content.kind !== 'manifest' || !equal(said.content.manifest.fileId, listed.file)) return null;
    const { manifest } = said.content;
    // An id that somebody else's manifest names is another file of theirs.
    const known = await this.#cache.fileSeq(hex(manifest.fileId));
    if (known !== null && (known.conversation !== place.key || known.seq !== listed.entry.seq)) return null;
    return { info: fileOf(place, manifest, { from: said.from, at: listed.entry.at }), manifest, place };
  }
}
