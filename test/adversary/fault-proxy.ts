/**
 * A bad network between a client and its daemon. It finds where each piece of the handshake and each record begins, without
 * reading its content, and applies faults to them: the same seed changes the same bits.
 */
import { connect, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';
import { startTcpServer } from '../helpers/tcp-server.ts';
import { seeded } from './seeded.ts';

type Direction = 'toDaemon' | 'toClient';

type Fault = {
  /**
   * flip: changes one bit. drop: the record is lost. repeat: it arrives twice. reorder: it arrives after the next one. cut: the
   * connection ends inside it. stall: it and all data after it wait until `release`. split: from here on each byte arrives alone.
   */
  kind: 'flip' | 'drop' | 'repeat' | 'reorder' | 'cut' | 'stall' | 'split';
  direction: Direction;
  /** How many pieces or records of that direction still pass unchanged. */
  after?: number;
};

export type FaultProxy = {
  /** host:port for the client. */
  server: string;
  /** The number of connections so far. */
  connections: number;
  /** Sets the next fault. Resolves when it was carried out. */
  strike(fault: Fault): Promise<void>;
  /** Ends a stall. */
  release(): void;
};

const SPKI = 2 + 422;
const XWING = { key: 1216, ciphertext: 1120 };
/** Sizes of the pieces of the handshake; after one with `more`, its last two bytes give the size of the rest. */
const HANDSHAKE = {
  toDaemon: [{ size: 4 + 2 + 384 + XWING.ciphertext + XWING.key + 16, more: false }],
  toClient: [
    { size: 4 + 2 * SPKI + 2 + XWING.key, more: false },
    { size: XWING.ciphertext + 2, more: true },
  ],
};

type Armed = Fault & { left: number; struck: () => void };

export async function faultProxy(t: ExecutionContext, port: number, o: { seed?: number } = {}): Promise<FaultProxy> {
  const random = seeded(o.seed ?? 1);
  const armed: Armed[] = [];
  const flows = new Set<Flow>();
  const address = await startTcpServer(t, (near) => {
    proxy.connections += 1;
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    t.teardown(() => far.destroy());
    const cut = () => {
      near.destroy();
      far.destroy();
    };
    for (const [direction, from, to] of [
      ['toDaemon', near, far],
      ['toClient', far, near],
    ] as const) {
      const flow = new Flow(direction, to, { armed, random, cut });
      flows.add(flow);
      from.on('data', (chunk: Buffer) => flow.take(chunk));
      from.on('error', cut);
      from.on('close', () => {
        flows.delete(flow);
        flow.end();
      });
    }
  });
  const proxy: FaultProxy = {
    server: `${address.host}:${address.port}`,
    connections: 0,
    strike: (fault) =>
      new Promise((struck) => {
        armed.push({ ...fault, left: fault.after ?? 0, struck });
      }),
    release() {
      for (const flow of flows) flow.release();
    },
  };
  return proxy;
}

/** One direction of one connection. */
class Flow {
  readonly #direction: Direction;
  readonly #to: Socket;
  readonly #o: { armed: Armed[]; random: (below: number) => number; cut: () => void };
  readonly #pieces: { size: number; more: boolean }[];
  #kept: Buffer = Buffer.alloc(0);
  /** Is sent after the next piece. */
  #later: Buffer | null = null;
  #held: Buffer[] | null = null;
  #split = false;
  #queue: Buffer[] = [];
  #ended = false;

  constructor(
    direction: Direction,
    to: Socket,
    o: { armed: Armed[]; random: (below: number) => number; cut: () => void },
  ) {
    this.#direction = direction;
    this.#to = to;
    this.#o = o;
    this.#pieces = [...HANDSHAKE[direction]];
  }

  take(chunk: Buffer): void {
    this.#kept = Buffer.concat([this.#kept, chunk]);
    for (let size = this.#nextSize(); size !== null && this.#kept.length >= size; size = this.#nextSize()) {
      const piece = this.#kept.subarray(0, size);
      this.#kept = this.#kept.subarray(size);
      this.#pieces.shift();
      this.#pass(piece);
    }
  }

  /** The sender has ended: complete pieces are still sent, then the end. */
  end(): void {
    this.#ended = true;
    this.#write();
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const piece of held) this.#send(piece);
  }

  /** The size of the next piece; null while it is unknown. */
  #nextSize(): number | null {
    const piece = this.#pieces[0];
    if (piece !== undefined && !piece.more) return piece.size;
    if (this.#kept.length < (piece?.size ?? 4)) return null;
    return piece ? piece.size + this.#kept.readUInt16BE(piece.size - 2) : 4 + (this.#kept.readUInt32BE() % 0x80000000);
  }

  #pass(piece: Buffer): void {
    const after = this.#later;
    this.#later = null;
    const fault = this.#o.armed[0];
    if (fault === undefined || fault.direction !== this.#direction || fault.left-- > 0) this.#send(piece);
    else {
      this.#o.armed.shift();
      this.#strike(fault, piece);
      fault.struck();
    }
    if (after !== null) this.#send(after);
  }

  #strike({ kind }: Fault, piece: Buffer): void {
    const { random, cut } = this.#o;
    if (kind === 'flip') {
      const flipped = Buffer.from(piece);
      const at = random(flipped.length);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random(8));
      this.#send(flipped);
    } else if (kind === 'repeat') {
      this.#send(piece);
      this.#send(piece);
    } else if (kind === 'reorder') this.#later = piece;
    else if (kind === 'cut') {
      this.#to.write(piece.subarray(0, random(piece.length)), cut);
    } else if (kind === 'stall') this.#held = [piece];
    else if (kind === 'split') {
      this.#split = true;
      this.#send(piece);
    }
  }

  #send(piece: Buffer): void {
    if (this.#held !== null) this.#held.push(piece);
    else if (this.#split) {
      const idle = this.#queue.length === 0;
      this.#queue.push(...Array.from(piece, (byte) => Buffer.of(byte)));
      if (idle) this.#write();
    } else this.#to.write(piece);
  }

  /** Sends one byte in each turn of the loop, so that the reader gets them one by one. */
  #write(): void {
    const next = this.#queue[0];
    if (next !== undefined && !this.#to.destroyed) {
      this.#to.write(next, () => {
        this.#queue.shift();
        this.#write();
      });
    } else if (this.#ended && this.#held === null) this.#to.end();
  }
}
