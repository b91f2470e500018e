/** The daemon's Files with a real store and folder. Each session's link is an array. */
import * as nodeFs from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { pino } from 'pino';
import { Files, type FilesParts } from '../../../src/daemon/files/files.ts';
import type { FileSession } from '../../../src/daemon/files/session-transfers.ts';
import { ThrottledWarnings } from '../../../src/daemon/logging/throttled-warnings.ts';
import type { Store } from '../../../src/daemon/store/store.ts';
import { openSqliteStore } from '../../../src/daemon/store-thread/sqlite-store.ts';
import { type Clock, systemClock } from '../../../src/platform/clock.ts';
import type { FileSystem } from '../../../src/platform/file-system.ts';
import { decodeFromDaemon, type Event } from '../../../src/protocol/wire/codec.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export const id = (n: number, size = 32) => new Uint8Array(size).fill(n);
export const alice = { idFp: id(1), name: 'alice' };
export const bob = { idFp: id(2), name: 'bob' };
export const mallory = { idFp: id(3), name: 'mallory' };
export const conversation = id(9);

export type FileDaemon = {
  files: Files;
  store: Store;
  dir: string;
  /** Posts the entry that lists a file, from Alice to Bob. */
  list(file: Uint8Array): Promise<void>;
  /** Closes and opens Files, as a restart does. */
  restart(more?: Partial<FilesParts>): Promise<Files>;
};

export async function openFileDaemon(t: ExecutionContext, more: Partial<FilesParts> = {}): Promise<FileDaemon> {
  const root = await temporaryFolder(t);
  const clock: Clock = more.clock ?? systemClock;
  const store = await openSqliteStore(join(root, 'securechat.db'), { clock });
  const dir = join(root, 'server_files');
  const log = more.log ?? pino({ level: 'silent' });
  const parts: FilesParts = {
    dir,
    fs: nodeFs as FileSystem,
    clock,
    store,
    config: { maxFileSize: 2 ** 32, quota: 2 ** 33, retention: null },
    log,
    warnings: new ThrottledWarnings({ clock, log }),
    ...more,
  };
  let notes = 0;
  const daemon: FileDaemon = {
    files: await Files.open(parts),
    store,
    dir,
    async list(file) {
      notes += 1;
      const place = { id: id(notes, 16), device: 1, n: notes, bytes: id(notes, 8) };
      await store.appendNote({ ...place, conversation, author: alice, to: bob, file, quota: null, stale: false });
    },
    async restart(changed = {}) {
      await daemon.files.close();
      daemon.files = await Files.open({ ...parts, ...changed });
      return daemon.files;
    },
  };
  t.teardown(async () => {
    await daemon.files.close();
    await store.close();
  });
  return daemon;
}

export class FakeSession implements FileSession {
  readonly events: Event[] = [];
  readonly segments: { transfer: number; index: number; bytes: Uint8Array }[] = [];
  /** Bytes that the link holds back until `drain`. */
  queued = 0;
  #onDrain: (() => void)[] = [];
  readonly link;

  constructor() {
    const session = this;
    this.link = {
      get queuedBytes() {
        return session.queued;
      },
      drained: () => new Promise<void>((go) => this.#onDrain.push(go)),
      sendSegment: (transfer: number, index: number, bytes: Uint8Array) => {
        this.segments.push({ transfer, index, bytes: Uint8Array.from(bytes) });
      },
    };
  }

  /** The number of callers that wait for `drain`. */
  get waiting(): number {
    return this.#onDrain.length;
  }

  drain(): void {
    this.queued = 0;
    for (const go of this.#onDrain.splice(0)) go();
  }

  send(event: Uint8Array): void {
    const frame = decodeFromDaemon(event);
    if ('event' in frame) this.events.push(frame.event);
  }
}
