/** SHA-256 of a stored file, off the loop that serves sockets. One file at a time: it is the disk that is waited for. */
import { Worker } from 'node:worker_threads';
import { workerUrl } from '../../platform/worker-calls.ts';
import { hex } from '../../protocol/base/bytes.ts';
import { WorkQueue } from './work-queue.ts';

const line = new WorkQueue();

/** Each byte was charged to the owner when it came. @throws what reading failed with */
export function hashFile(path: string, owner: Uint8Array): Promise<Uint8Array> {
  return line.run(hex(owner), () => hashNow(path));
}

function hashNow(path: string): Promise<Uint8Array> {
  const worker = new Worker(workerUrl('hash', import.meta.url), {
    workerData: { path },
    execArgv: [],
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the hash worker ended without an answer')));
  });
}
