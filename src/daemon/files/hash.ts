/** SHA-256 of a stored file, on a worker thread. One file at a time, because the disk is the limit. */
import { Worker } from 'node:worker_threads';
import { workerUrl } from '../../platform/worker-calls.ts';
import { hex } from '../../protocol/base/bytes.ts';
import { WorkQueue } from './work-queue.ts';

const queue = new WorkQueue();

/** The owner paid for each byte when it arrived. @throws the read error */
export function hashFile(path: string, owner: Uint8Array): Promise<Uint8Array> {
  return queue.run(hex(owner), () => hashNow(path));
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
