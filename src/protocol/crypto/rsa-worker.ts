/** Worker: runs RSA operations for rsa-pool.ts. */
import { openChunk, sealChunk, sign as signHash } from './rsa.ts';

export type SealJob = { spki: Uint8Array; plain: Uint8Array };

/** null where sealing to the key fails; tries all. @throws RangeError for a plaintext that does not fit a chunk */
export function seal(jobs: SealJob[]): (Uint8Array | null)[] {
  return jobs.map(({ spki, plain }) => {
    try {
      return sealChunk(spki, plain);
    } catch (error) {
      if (error instanceof RangeError) throw error;
      return null;
    }
  });
}

/** null where a chunk does not open; tries all. */
export function open({ pkcs8, chunks }: { pkcs8: Uint8Array; chunks: Uint8Array[] }): (Uint8Array | null)[] {
  return chunks.map((chunk) => {
    try {
      return openChunk(pkcs8, chunk);
    } catch {
      return null;
    }
  });
}

export function sign({ pkcs8, hash }: { pkcs8: Uint8Array; hash: Uint8Array }): Uint8Array {
  return signHash(pkcs8, hash);
}
