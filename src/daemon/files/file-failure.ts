/** What a transfer that the daemon cannot go on with is told: one sentence; the cause goes to the log. */
import { Refusal } from '../../protocol/base/errors.ts';
import { StorageError } from '../data/storage-error.ts';
import { descriptorRefusal } from '../limits/descriptor-refusals.ts';

/** The folder itself is not there. It is not made again: it may lie on a disk that is put back. */
export class FolderMissing extends Refusal {
  constructor() {
    super('internal', "the server's folder of files is missing: tell its operator, then send it again");
  }
}

/** A StorageError stays one: the client gets no answer, and goes on when the daemon is back. */
export function failureOf(error: unknown): Refusal | StorageError {
  if (error instanceof Refusal || error instanceof StorageError) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code;
  // EFBIG: the limit that the system sets for this process.
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new Refusal('disk-full', "the server's disk is full: tell its operator, then send it again to go on");
  }
  return (
    descriptorRefusal(error) ?? new Refusal('internal', 'the server could not go on with this file: try again later')
  );
}

/** The level in the log. A full disk, a lack of descriptors or a missing folder is a state, and no bug. */
export function logLevelOf(failure: Refusal | StorageError): 'warn' | 'error' {
  return failure instanceof FolderMissing || (failure instanceof Refusal && failure.code !== 'internal')
    ? 'warn'
    : 'error';
}
