/** Exact reads from a stream, for the handshake: whatever the pieces in which the bytes come. */
import type { Readable } from 'node:stream';
import { ProtocolError } from '../base/errors.ts';

/** The next `size` bytes. @throws ProtocolError 'handshake' when the stream ends before. */
export type TakeBytes = (size: number) => Promise<Uint8Array>;

/** One read at a time. What is not taken stays in the stream, paused, for its next reader. */
export function takeBytesFrom(stream: Readable): TakeBytes {
  return (size) =>
    new Promise((resolve, reject) => {
      const settle = () => {
        stream.off('readable', attempt).off('end', lost).off('close', lost);
      };
      const attempt = () => {
        const bytes: Uint8Array | null = stream.read(size);
        if (bytes === null) return;
        settle();
        // At its end a stream gives less than was asked for.
        if (bytes.length === size) resolve(bytes);
        else reject(ended());
      };
      const lost = () => {
        settle();
        reject(ended());
      };
      if (stream.destroyed || stream.readableEnded) return lost();
      stream.on('readable', attempt).on('end', lost).on('close', lost);
      attempt();
    });
}

function ended(): ProtocolError {
  return new ProtocolError('handshake', 'the connection ended during the handshake');
}
