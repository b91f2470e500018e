/** An attacker between a client and its daemon, who sees where each record of the daemon begins. */
import { connect, type Socket } from 'node:net';
import type { ExecutionContext } from 'ava';
import { startTcpServer } from '../tcp-server.ts';

const GREETING = 4 + 2 * (2 + 422) + 2 + 1216;
const REPLY = 1120 + 2;

export type RecordPath = {
  /** host:port for the client. */
  server: string;
  /** Decides about each record to the client while it is set; false drops the record. */
  pass: ((broadcast: boolean) => boolean) | null;
  /** The broadcasts so far, and the generation of the newest. */
  broadcasts: number;
  generation: number;
};

export async function recordPath(t: ExecutionContext, port: number): Promise<RecordPath> {
  const path: RecordPath = { server: '', pass: null, broadcasts: 0, generation: 0 };
  const address = await startTcpServer(t, (near) => {
    const far = connect(port, '127.0.0.1');
    t.teardown(() => far.destroy());
    near.on('data', (chunk: Buffer) => far.write(chunk));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => other.destroy());
    }
    follow(near, far, path);
  });
  path.server = `${address.host}:${address.port}`;
  return path;
}

function follow(near: Socket, far: Socket, path: RecordPath): void {
  let kept: Buffer = Buffer.alloc(0);
  let handshake = GREETING + REPLY;
  far.on('data', (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]);
    if (handshake > 0) {
      // The last two bytes of the handshake are the length of the sealed parameters. Bytes are forwarded at once,
      // because the client waits.
      if (kept.length < handshake) {
        if (kept.length === GREETING) near.write(kept);
        return;
      }
      const end = handshake + kept.readUInt16BE(handshake - 2);
      if (kept.length < end) return;
      near.write(kept.subarray(GREETING, end));
      kept = kept.subarray(end);
      handshake = 0;
    }
    while (kept.length >= 4) {
      const length = kept.readUInt32BE();
      const end = 4 + (length % 0x80000000);
      if (kept.length < end) return;
      const broadcast = length >= 0x80000000;
      if (broadcast) {
        path.broadcasts++;
        path.generation = kept.readUInt32BE(4);
      }
      if (path.pass?.(broadcast) ?? true) near.write(kept.subarray(0, end));
      kept = kept.subarray(end);
    }
  });
}
