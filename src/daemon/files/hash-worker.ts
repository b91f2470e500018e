/** Worker: posts the SHA-256 of the file at `workerData.path`, or fails with the read error. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

const PIECE = 1_048_576;

parentPort?.postMessage(hashFile((workerData as { path: string }).path));

function hashFile(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const hash = createHash('sha256');
    const piece = new Uint8Array(PIECE);
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) hash.update(piece.subarray(0, read));
    return Uint8Array.from(hash.digest());
  } finally {
    closeSync(file);
  }
}
