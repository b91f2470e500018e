/** Receives one file: opens each segment before it is written, and compares the hash of the whole file with the signed one. */
import { createHash, type Hash } from 'node:crypto';
import { equal } from '../../protocol/base/bytes.ts';
import { ProtocolError } from '../../protocol/base/errors.ts';
import { type Manifest, SegmentOpener } from '../../protocol/sealed/file.ts';
import { ClientError } from '../errors.ts';
import type { DownloadFile } from './download-file.ts';
import { checkStop, unlessStopped } from './stop-reason.ts';
import { LinkLost, retryOnNextLink, type TransferEvents } from './transfer-events.ts';
import type { TransferProgress } from './transfer-progress.ts';

/** Bytes that may be requested and not written yet. */
const WINDOW_BYTES = 8 * 1024 * 1024;
/** Bytes after which the file is synced, so that the last sync does not take long. */
const SYNC_BYTES = 32 * 1024 * 1024;

export type FileDownloadParts = {
  events: TransferEvents;
  manifest: Manifest;
  saved: DownloadFile;
  progress: TransferProgress;
  signal: AbortSignal;
};

/**
 * Resolves when the file is written: true if it is what its sender signed.
 * @throws ClientError, Refusal
 */
export async function downloadFile(parts: FileDownloadParts): Promise<boolean> {
  const resumed = await Receiver.resume(parts);
  if (await resumed.receive()) return true;
  if (resumed.first === 0) return false;
  // The `.part` of an earlier attempt may be damaged or foreign: fetches everything once more.
  await parts.saved.truncate(0);
  return new Receiver(parts, 0, createHash('sha256')).receive();
}

class Receiver {
  /** The first segment that is fetched. */
  readonly first: number;
  readonly #parts: FileDownloadParts;
  readonly #opener: SegmentOpener;
  readonly #hash: Hash;
  /** One buffer for all segments: each is written before the next one is opened. */
  readonly #plain: Uint8Array;
  #next: number;
  /** The first segment that was not requested yet. */
  #window: number;
  #syncedTo = 0;
  #syncing: Promise<void> | null = null;

  constructor(parts: FileDownloadParts, first: number, hash: Hash) {
    this.#parts = parts;
    this.#opener = new SegmentOpener(parts.manifest);
    this.first = first;
    this.#next = first;
    this.#window = first;
    this.#hash = hash;
    this.#plain = new Uint8Array(Math.min(parts.manifest.size, parts.manifest.segSize));
  }

  /** Continues after the whole segments on the disk. The last segment is always fetched: it says that it is the last. */
  static async resume(parts: FileDownloadParts): Promise<Receiver> {
    const { manifest, saved, signal } = parts;
    const { segSize, count } = manifest;
    const first = Math.min(Math.floor((await saved.size()) / segSize), count - 1);
    await saved.truncate(first * segSize);
    await saved.checkRoom(manifest.size - first * segSize);
    const hash = createHash('sha256');
    const piece = new Uint8Array(first > 0 ? segSize : 0);
    for (let index = 0; index < first; index++) {
      checkStop(signal);
      hash.update(await saved.read(piece, index * segSize));
    }
    return new Receiver(parts, first, hash);
  }

  /** Resolves with false when the SHA-256 differs. */
  async receive(): Promise<boolean> {
    const { events, manifest } = this.#parts;
    await retryOnNextLink(events, () => this.#attempt());
    await this.#syncing;
    return equal(this.#hash.digest(), manifest.sha256);
  }

  async #attempt(): Promise<void> {
    const { events, manifest, progress, signal } = this.#parts;
    const { connection } = events;
    checkStop(signal);
    // No window yet: no segment may come before the handler is set.
    const from = { from: this.#next, window: this.#next };
    const opened = await unlessStopped(
      signal,
      connection.request('download-open', { file: manifest.fileId, ...from }, { wait: true }),
    );
    const { transfer } = opened;
    const { links } = events;
    const came: Uint8Array[] = [];
    let expected = this.#next;
    let wrong = false;
    this.#window = this.#next;
    const unlisten = connection.onSegment(transfer, (index, bytes) => {
      // Segments that were not requested are not kept: a hostile daemon cannot fill the memory.
      wrong ||= index !== expected || index >= this.#window;
      expected += 1;
      if (!wrong) came.push(bytes);
      events.wake();
    });
    try {
      if (opened.size !== manifest.size || opened.segSize !== manifest.segSize) throw damaged();
      progress.begin(this.#next * manifest.segSize);
      await this.#take(came, () => wrong, { transfer, links });
    } catch (error) {
      if (!(error instanceof LinkLost) && events.links === links) {
        await connection.request('transfer-end', { transfer }).catch(() => {});
      }
      throw error;
    } finally {
      unlisten();
    }
  }

  async #take(came: Uint8Array[], wrong: () => boolean, on: { transfer: number; links: number }): Promise<void> {
    const { events, manifest, saved, progress, signal } = this.#parts;
    const segments = Math.floor(WINDOW_BYTES / manifest.segSize);
    while (this.#next < manifest.count) {
      checkStop(signal);
      const report = events.of(on.transfer);
      if (report.failed !== null) throw report.failed;
      if (wrong()) throw damaged();
      const bytes = came.shift();
      if (bytes !== undefined) {
        const plain = this.#open(bytes);
        this.#hash.update(plain);
        await saved.write(plain, this.#next * manifest.segSize);
        this.#next += 1;
        this.#syncNowAndThen();
        progress.reach(Math.min(manifest.size, this.#next * manifest.segSize));
        continue;
      }
      events.check(on.links);
      if (this.#window - this.#next <= segments / 2 && this.#window < manifest.count) {
        const window = Math.min(manifest.count, this.#next + segments);
        this.#window = window;
        // The answer does not matter, and a lost link shows elsewhere.
        events.connection.request('window', { transfer: on.transfer, window }).catch(() => {});
      }
      await unlessStopped(signal, events.next());
    }
  }

  #open(bytes: Uint8Array): Uint8Array {
    try {
      return this.#opener.open(this.#next, bytes, this.#plain);
    } catch (error) {
      if (error instanceof ProtocolError) throw damaged();
      throw error;
    }
  }

  #syncNowAndThen(): void {
    const { saved, manifest } = this.#parts;
    const written = (this.#next - this.first) * manifest.segSize;
    if (this.#syncing !== null || written - this.#syncedTo < SYNC_BYTES) return;
    this.#syncedTo = written;
    this.#syncing = saved
      .datasync()
      // The last sync reports a failing disk.
      .catch(() => {})
      .finally(() => {
        this.#syncing = null;
      });
  }
}

function damaged(): ClientError {
  return new ClientError('refused', 'the server sent something else than this file; ask its sender to send it again');
}
