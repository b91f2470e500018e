/** Sends one file: reads, hashes and seals its segments, sends them within the daemon's window, and continues on the next link. */
import { createHash } from 'node:crypto';
import type { Random } from '../../platform/random.ts';
import {
  type Manifest,
  SEGMENT_OVERHEAD,
  SegmentSealer,
  segmentCount,
  segmentLength,
} from '../../protocol/sealed/file.ts';
import type { LocalFile } from './local-file.ts';
import { checkStop, unlessStopped } from './stop-reason.ts';
import { LinkLost, retryOnNextLink, type TransferEvents } from './transfer-events.ts';
import type { TransferProgress } from './transfer-progress.ts';
import type { UploadRecord } from './transfer-record.ts';

/** Most bytes that wait in the link before another segment is added: messages wait behind them. */
const MAX_QUEUED_BYTES = 512 * 1024;

export type FileUploadParts = {
  events: TransferEvents;
  progress: TransferProgress;
  signal: AbortSignal;
  random: Random;
  local: LocalFile;
  record: UploadRecord;
};

/**
 * Resolves with the file's manifest when the daemon has stored all of it.
 * @throws UnsendableFile, ClientError, Refusal
 */
export async function uploadFile(parts: FileUploadParts): Promise<Manifest> {
  const { events, local, record, signal } = parts;
  const { file, conversation, size, segSize, key } = record;
  const source = new Source(local, segSize);
  const sealer = new SegmentSealer({ fileId: file, key, segSize, size }, parts.random);
  const sha256 = await retryOnNextLink(events, async () => {
    checkStop(signal);
    const { connection } = events;
    const opened = await unlessStopped(
      signal,
      connection.request('upload-open', { file, conversation, size, segSize }, { wait: true }),
    );
    // Read after the answer: the request may have waited for a new link.
    const { links } = events;
    if (opened.whole) return source.digest();
    try {
      await send(parts, source, sealer, { ...opened, links });
      const sha256 = await source.digest();
      await unlessStopped(signal, connection.request('upload-finish', { transfer: opened.transfer }));
      return sha256;
    } catch (error) {
      if (!(error instanceof LinkLost) && events.links === links)
        await connection.request('transfer-end', { transfer: opened.transfer }).catch(() => {});
      throw error;
    }
  });
  parts.progress.end('done');
  return { fileId: file, segSize, key, size, count: source.count, sha256, name: local.name, type: '' };
}

async function send(
  { events, progress, signal, local, record }: FileUploadParts,
  source: Source,
  sealer: SegmentSealer,
  opened: { transfer: number; next: number; window: number; links: number },
): Promise<void> {
  const there = Math.min(local.size, opened.next * record.segSize);
  // Reported before it is read again, which takes a while, and once more for the rate.
  if (there > 0) progress.begin(there);
  await source.hashUpTo(opened.next, () => checkStop(signal));
  progress.begin(there);
  // One buffer for all segments: the link has taken its bytes when sendSegment returns.
  const sealed = new Uint8Array(Math.min(local.size, record.segSize) + SEGMENT_OVERHEAD);
  for (let index = opened.next; index < source.count; ) {
    checkStop(signal);
    const link = events.check(opened.links);
    const report = events.of(opened.transfer);
    if (report.failed !== null) throw report.failed;
    if (index >= Math.max(opened.window, report.window)) {
      await unlessStopped(signal, events.next());
    } else if (link.queuedBytes > MAX_QUEUED_BYTES) {
      await unlessStopped(signal, Promise.race([link.drained(), events.next()]));
    } else {
      const plain = await source.read(index);
      // Nothing may happen between this check and the sending: on another link, the number may belong to another transfer.
      events.check(opened.links);
      link.sendSegment(opened.transfer, index, sealer.seal(index, plain, sealed));
      index += 1;
      progress.reach(Math.min(local.size, index * record.segSize));
    }
  }
}

/** Reads the segments of the plain file, one ahead, and hashes them in order. */
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

  /** The returned bytes are valid until the next but one segment is read. */
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

  /** Reads segments that the daemon has already, only for the hash. */
  async hashUpTo(index: number, check: () => void): Promise<void> {
    while (this.#hashed < index) {
      check();
      await this.read(this.#hashed);
    }
  }

  /** The SHA-256 of the whole file. @throws ClientError 'usage' when the file was changed meanwhile */
  async digest(): Promise<Uint8Array> {
    await this.hashUpTo(this.count, () => {});
    await this.#local.checkUnchanged();
    this.#digest ??= this.#hash.digest();
    return this.#digest;
  }

  async #load(index: number): Promise<Uint8Array> {
    const length = segmentLength({ size: this.#local.size, segSize: this.#segSize }, index);
    const buffer = this.#buffers[index % 2 === 0 ? 0 : 1].subarray(0, length);
    // A read-ahead of another segment may still write to this buffer.
    await this.#ahead?.bytes.catch(() => {});
    return this.#local.read(buffer, index * this.#segSize);
  }
}
