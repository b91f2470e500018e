/** Exact reads from a stream for the handshake, however the bytes are cut into chunks. */
import type { Readable } from 'node:stream';
import { ProtocolError } from '../base/errors.ts';

/** Reads the next `size` bytes. @throws ProtocolError 'handshake' when the stream ends first */
export type ExactReader = (size: number) => Promise<Uint8Array>;

/** Use for one read at a time. Unread bytes stay in the paused stream for its next reader. */
export function exactReader(stream: Readable): ExactReader {
  return (size) =>
    new Promise((resolve, reject) => {
      const settle = () => {
        stream.off('readable', attempt).off('end', lost).off('close', lost);
      };
      const attempt = () => {
        const bytes: Uint8Array | null = stream.read(size);
        if (bytes === null) return;
        settle();
        // At its end a stream returns fewer bytes than requested.
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
