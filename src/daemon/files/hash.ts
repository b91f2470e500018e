/** SHA-256 of a stored file, off the loop that serves sockets. One file at a time: it is the disk that is waited for. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Turns } from '../../protocol/turns.ts';

const turns = new Turns();

/** @throws what reading failed with */
export function hashFile(path: string): Promise<Uint8Array> {
  return turns.take(() => hashNow(path));
}

function hashNow(path: string): Promise<Uint8Array> {
  const worker = new Worker(new URL(`./hash-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: { path },
    execArgv: [],
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the hash worker ended without an answer')));
  });
}
