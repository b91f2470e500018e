/** The contexts of seals as docs/PROTOCOL.md defines them, for attacks that seal again. */
import { H } from '../../../src/protocol/base/bytes.ts';

export function contextOfCopy(headerHash: Uint8Array, copy: number): Uint8Array {
  return H('notewrap', headerHash, Uint8Array.of(copy));
}
