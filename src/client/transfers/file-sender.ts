/** Sends one file: read, hashed, sealed, sent as far as the daemon's window goes, taken up again on the next link. */
import { createHash } from 'node:crypto';
import type { Random } from '../../platform/random.ts';
import { SEGMENT_OVERHEAD, SegmentSealer, segmentCount, segmentLength } from '../../protocol/sealed/file.ts';
import type { LocalFile } from './local-file.ts';
import { checkStop, unlessStopped } from './stop.ts';
import type { TransferProgress } from './transfer-progress.ts';
import type { UploadRecord } from './transfer-record.ts';
import { LinkLost, type News, overLinks } from './transfer-wire.ts';

/** What may wait in the link before another segment is added: what a chat line has to wait behind. */
const MAX_QUEUED_BYTES = 512 * 1024;

export type SendingParts = {
  news: News;
  random: Random;
  local: LocalFile;
  begun: UploadRecord;
  progress: TransferProgress;
  signal: AbortSignal;
};

/**
 * Resolves with the SHA-256 of the plain file when the daemon has stored all of it.
 * @throws ClientError, Refusal
 */
export async function sendFile(parts: SendingParts): Promise<Uint8Array> {
  const { news, local, begun, signal } = parts;
  const { file, conversation, size, segSize } = begun;
  const source = new Source(local, segSize);
  const sealer = new SegmentSealer({ fileId: file, key: begun.key, segSize, size }, parts.random);
  return overLinks(news, async () => {
    checkStop(signal);
    const { connection } = news;
    const opened = await unlessStopped(
      signal,
      connection.request('upload-open', { file, conversation, size, segSize }, { wait: true }),
    );
    // The one that it was answered on, for the request may have waited for it.
    const { links } = news;
    if (opened.whole) return source.digest();
    try {
      await send(parts, source, sealer, { ...opened, links });
      const sha256 = await source.digest();
      await unlessStopped(signal, connection.request('upload-finish', { transfer: opened.transfer }));
      return sha256;
    } catch (error) {
      if (!(error instanceof LinkLost) && news.links === links)
        await connection.request('transfer-end', { transfer: opened.transfer }).catch(() => {});
      throw error;
    }
  });
}

async function send(
  { news, progress, signal, local, begun }: SendingParts,
  source: Source,
  sealer: SegmentSealer,
  opened: { transfer: number; next: number; window: number; links: number },
): Promise<void> {
  const { connection } = news;
  const there = Math.min(local.size, opened.next * begun.segSize);
  // Told before it is read again, which takes its time, and once more for the rate.
  if (there > 0) progress.begin(there);
  await source.hashUpTo(opened.next, () => checkStop(signal));
  progress.begin(there);
  // One for all segments: the link has taken its bytes when sendSegment returns.
  const sealed = new Uint8Array(Math.min(local.size, begun.segSize) + SEGMENT_OVERHEAD);
  for (let index = opened.next; index < source.count; ) {
    checkStop(signal);
    news.check(opened.links);
    const told = news.of(opened.transfer);
    if (told.failed !== null) throw told.failed;
    const link = connection.link;
    if (index >= Math.max(opened.window, told.window)) {
      await unlessStopped(signal, news.next());
    } else if (link !== null && link.queuedBytes > MAX_QUEUED_BYTES) {
      await unlessStopped(signal, Promise.race([link.drained(), news.next()]));
    } else {
      const plain = await source.read(index);
      // Nothing between this look and the sending: on another link this number may be another transfer.
      news.check(opened.links);
      connection.sendSegment(opened.transfer, index, sealer.seal(index, plain, sealed));
      index += 1;
      progress.reach(Math.min(local.size, index * begun.segSize));
    }
  }
}

/** Segments of the plain file, each read ahead of its use, and the hash of them all in order. */
class Source {
  readonly count: number;
  readonly #local: LocalFile;
  readonly #segSize: number;
  readonly #hash = createHash('sha256');
  readonly #buffers: [Uint8Array, Uint8Array];
  #hashed = 0;
  #digest: Uint8Array | null = null;
  #ahead: { index: number; bytes: Promise<Uint8Array> } | null = null;

  constructor(local: LocalFile, segSize: number) {
    this.#local = local;
    this.#segSize = segSize;
    this.count = segmentCount(local.size, segSize);
    const size = Math.min(local.size, segSize);
    this.#buffers = [new Uint8Array(size), new Uint8Array(size)];
  }

  /** Good until the next but one is read. */
  async read(index: number): Promise<Uint8Array> {
    const bytes = await (this.#ahead?.index === index ? this.#ahead.bytes : this.#load(index));
    this.#ahead = null;
    if (index + 1 < this.count) {
      const next = this.#load(index + 1);
      next.catch(() => {});
      this.#ahead = { index: index + 1, bytes: next };
    }
    if (index === this.#hashed) {
      this.#hash.update(bytes);
      this.#hashed += 1;
    }
    return bytes;
  }

  /** Reads what is stored already, for the hash alone. */
  async hashUpTo(index: number, check: () => void): Promise<void> {
    while (this.#hashed < index) {
      check();
      await this.read(this.#hashed);
    }
  }

  /** Of the whole file. @throws ClientError 'usage' when it was changed meanwhile */
  async digest(): Promise<Uint8Array> {
    await this.hashUpTo(this.count, () => {});
    await this.#local.checkUnchanged();
    this.#digest ??= this.#hash.digest();
    return this.#digest;
  }

  async #load(index: number): Promise<Uint8Array> {
    const length = segmentLength({ size: this.#local.size, segSize: this.#segSize }, index);
    const buffer = this.#buffers[index % 2 === 0 ? 0 : 1].subarray(0, length);
    // The read ahead of another place may still fill this buffer.
    await this.#ahead?.bytes.catch(() => {});
    return this.#local.read(buffer, index * this.#segSize);
  }
}
