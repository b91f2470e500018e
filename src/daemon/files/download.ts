/** One download: sends stored segments within the client's window, and never more than a little ahead of its link. */
import type { OpenFile } from '../../platform/file-system.ts';
import type { FileRow } from '../store/store.ts';
import { SegmentLayout } from './segment-layout.ts';

/**
 * Most bytes queued on the link before another segment is added; a chat message waits behind at most this. Not below
 * the low-water mark of drained().
 */
const MAX_QUEUED_BYTES = 512 * 1024;

export type SegmentLink = {
  /** 0 once the link has ended. */
  readonly queuedBytes: number;
  /** Resolves when the queue has room, or the link has ended. */
  drained(): Promise<void>;
  /** The link has copied `bytes` when this returns, so the buffer can be reused. */
  sendSegment(transfer: number, index: number, bytes: Uint8Array): void;
};

export type DownloadParts = {
  row: FileRow;
  handle: OpenFile;
  transfer: number;
  link: SegmentLink;
  from: number;
  onDone(): void;
  onFailed(error: unknown): void;
};

export class Download {
  readonly #parts: DownloadParts;
  readonly #layout: SegmentLayout;
  readonly #buffer: Uint8Array;
  #next: number;
  #window: number;
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(parts: DownloadParts) {
    this.#parts = parts;
    this.#layout = new SegmentLayout(parts.row.size, parts.row.segSize);
    this.#buffer = new Uint8Array(Math.min(this.#layout.step, this.#layout.total));
    this.#next = parts.from;
    this.#window = parts.from;
  }

  get size(): number {
    return this.#parts.row.size;
  }

  get segSize(): number {
    return this.#parts.row.segSize;
  }

  /** Lets segments below `window` be sent. */
  widen(window: number): void {
    this.#window = Math.max(this.#window, Math.min(window, this.#layout.count));
    if (this.#next < this.#window && !this.#stopped) this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    await this.#running;
    await this.#parts.handle.close();
  }

  async #run(): Promise<void> {
    const { link, transfer } = this.#parts;
    try {
      while (this.#next < this.#window && !this.#stopped) {
        const bytes = await this.#read(this.#next);
        while (link.queuedBytes > MAX_QUEUED_BYTES) await link.drained();
        if (this.#stopped) break;
        link.sendSegment(transfer, this.#next, bytes);
        this.#next += 1;
      }
      this.#running = null;
      if (this.#next === this.#layout.count && !this.#stopped) {
        await this.stop();
        this.#parts.onDone();
      }
    } catch (error) {
      this.#running = null;
      if (this.#stopped) return;
      await this.stop();
      this.#parts.onFailed(error);
    }
  }

  async #read(index: number): Promise<Uint8Array> {
    const bytes = this.#buffer.subarray(0, this.#layout.length(index));
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await this.#parts.handle.read(
        bytes,
        done,
        bytes.length - done,
        this.#layout.position(index) + done,
      );
      if (bytesRead === 0) throw new Error(`a stored file ends early, in segment ${index}`);
      done += bytesRead;
    }
    return bytes;
  }
}
