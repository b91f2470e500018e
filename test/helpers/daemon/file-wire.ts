/**
 * A connection in memory between the client's transfers and the daemon's Files. Messages arrive later and in order. A
 * cut link comes back with the next request.
 */
import type { ExecutionContext } from 'ava';
import { ClientError } from '../../../src/client/errors.ts';
import type { TransferConnection } from '../../../src/client/transfers/transfer-events.ts';
import type { LinkState } from '../../../src/client/types.ts';
import { Refusal } from '../../../src/protocol/base/errors.ts';
import { decodeFromDaemon, type Event } from '../../../src/protocol/wire/codec.ts';
import type { RequestName, RequestParams, RequestResult } from '../../../src/protocol/wire/requests.ts';
import { alice, type FileDaemon } from './file-daemon.ts';

/** One direction: items come out in order, a few in each turn of the loop. */
class Pipe {
  #waiting: { bytes: number; action: () => void }[] = [];
  #running = false;
  #drained: (() => void)[] = [];
  queued = 0;
  dead = false;

  put(bytes: number, action: () => void): void {
    if (this.dead) return;
    this.#waiting.push({ bytes, action });
    this.queued += bytes;
    if (this.#running) return;
    this.#running = true;
    setImmediate(() => this.#run());
  }

  drained(): Promise<void> {
    return this.queued === 0 || this.dead ? Promise.resolve() : new Promise((go) => this.#drained.push(go));
  }

  kill(): void {
    this.dead = true;
    this.#waiting = [];
    this.queued = 0;
    for (const go of this.#drained.splice(0)) go();
  }

  #run(): void {
    for (const { bytes, action } of this.#waiting.splice(0, 2)) {
      this.queued -= bytes;
      action();
    }
    if (this.queued === 0) for (const go of this.#drained.splice(0)) go();
    this.#running = this.#waiting.length > 0;
    if (this.#running) setImmediate(() => this.#run());
  }
}

class FakeLink {
  readonly up = new Pipe();
  readonly down = new Pipe();
  readonly segments = new Map<number, (index: number, bytes: Uint8Array) => void>();
  readonly session;
  readonly fail = new Set<(error: Error) => void>();

  constructor(onEvent: (event: Event) => void) {
    const { down, segments } = this;
    this.session = {
      link: {
        get queuedBytes() {
          return down.queued;
        },
        drained: () => down.drained(),
        sendSegment(transfer: number, index: number, bytes: Uint8Array) {
          const copy = Uint8Array.from(bytes);
          down.put(copy.length, () => segments.get(transfer)?.(index, copy));
        },
      },
      send(bytes: Uint8Array) {
        const frame = decodeFromDaemon(bytes);
        if ('event' in frame) down.put(0, () => onEvent(frame.event));
      },
    };
  }
}

export class FileWire implements TransferConnection {
  state: LinkState = { state: 'online' };
  /** The requests that reached the daemon. */
  readonly asked: RequestName[] = [];
  /** The number of segments that reached the daemon. */
  segmentsUp = 0;
  segmentsDown = 0;
  /** Called with each segment before it is delivered. May change it. */
  onUp: (index: number) => void = () => {};
  onDown: (index: number, bytes: Uint8Array) => void = () => {};
  /** The next link waits for this. */
  back: Promise<unknown> = Promise.resolve();
  readonly #daemon: FileDaemon;
  readonly #who: Uint8Array;
  readonly #events = new Set<(event: Event) => void>();
  readonly #states = new Set<(state: LinkState) => void>();
  #link: FakeLink | null;

  constructor(t: ExecutionContext, daemon: FileDaemon, who: Uint8Array = alice.idFp) {
    this.#daemon = daemon;
    this.#who = who;
    this.#link = this.#connect();
    t.teardown(() => this.cut());
  }

  get link() {
    const link = this.#link;
    if (link === null) return null;
    const sendSegment = (transfer: number, index: number, bytes: Uint8Array) => {
      const copy = Uint8Array.from(bytes);
      link.up.put(copy.length, () => {
        this.segmentsUp += 1;
        this.#daemon.files.onSegment(link.session, transfer, index, copy);
        this.onUp(index);
      });
    };
    return { queuedBytes: link.up.queued, drained: () => link.up.drained(), sendSegment };
  }

  /** Cuts the link for client and daemon. */
  async cut(): Promise<void> {
    const link = this.#link;
    if (link === null) return;
    this.#link = null;
    link.up.kill();
    link.down.kill();
    for (const fail of link.fail) fail(new ClientError('unreachable', 'the connection was lost; try again'));
    this.#become({ state: 'waiting', retryAt: 0, reason: 'lost' });
    await this.#daemon.files.sessionEnded(link.session);
  }

  close(): void {
    void this.cut();
    this.#become({ state: 'closed', reason: 'closed' });
  }

  async request<N extends RequestName>(
    method: N,
    params: RequestParams<N>,
    options: { wait?: boolean } = {},
  ): Promise<RequestResult<N>> {
    if (this.#link === null && options.wait === true && this.state.state !== 'closed') {
      await new Promise((go) => setTimeout(go, 5));
      await this.back;
      this.#link ??= this.#connect();
      this.#become({ state: 'online' });
    }
    const link = this.#link;
    if (link === null) throw new ClientError('unreachable', 'offline');
    return new Promise<RequestResult<N>>((done, fail) => {
      link.fail.add(fail);
      link.up.put(0, () => {
        this.asked.push(method);
        this.#carryOut(link, method, params).then(
          (result) => link.down.put(0, () => done(result as RequestResult<N>)),
          (error: unknown) => link.down.put(0, () => fail(error as Error)),
        );
      });
    });
  }

  onSegment(transfer: number, handler: (index: number, bytes: Uint8Array) => void): () => void {
    const segments = this.#link?.segments;
    segments?.set(transfer, (index, bytes) => {
      this.segmentsDown += 1;
      this.onDown(index, bytes);
      handler(index, bytes);
    });
    return () => segments?.delete(transfer);
  }

  onEvent(listener: (event: Event) => void): () => void {
    this.#events.add(listener);
    return () => this.#events.delete(listener);
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#states.add(listener);
    return () => this.#states.delete(listener);
  }

  #connect(): FakeLink {
    return new FakeLink((event) => {
      for (const listener of this.#events) listener(event);
    });
  }

  #become(state: LinkState): void {
    this.state = state;
    for (const listener of this.#states) listener(state);
  }

  async #carryOut(link: FakeLink, method: RequestName, params: unknown): Promise<unknown> {
    const { files, store } = this.#daemon;
    const { session } = link;
    switch (method) {
      case 'upload-open':
        return files.openUpload(session, this.#who, params as RequestParams<'upload-open'>, store);
      case 'upload-finish':
        await files.finishUpload(session, (params as RequestParams<'upload-finish'>).transfer);
        return {};
      case 'download-open':
        return files.openDownload(session, this.#who, params as RequestParams<'download-open'>, store);
      case 'window': {
        const { transfer, window } = params as RequestParams<'window'>;
        files.widen(session, transfer, window);
        return {};
      }
      case 'transfer-end': {
        await files.endTransfer(session, (params as RequestParams<'transfer-end'>).transfer);
        return {};
      }
      case 'upload-drop':
        await files.dropUpload(session, this.#who, (params as RequestParams<'upload-drop'>).file, store);
        return {};
      default:
        throw new Refusal('bad-request', 'not here');
    }
  }
}
