/** Maps an error of a transfer to the refusal that the client receives. The cause goes to the log. */
import { Refusal } from '../../protocol/base/errors.ts';
import { StorageError } from '../data/storage-error.ts';
import { descriptorRefusal } from '../limits/descriptor-refusals.ts';

/** The folder server_files is missing. It is not created again, because it may be on a disk that is mounted later. */
export class FolderMissing extends Refusal {
  constructor() {
    super('internal', "the server's folder of files is missing: tell its operator, then send it again");
  }
}

/** A StorageError passes unchanged: the client gets no answer, and resumes when the daemon is back. */
export function transferFailure(error: unknown): Refusal | StorageError {
  if (error instanceof Refusal || error instanceof StorageError) return error;
  const code = (error as NodeJS.ErrnoException | null)?.code;
  // EFBIG: above the system's file size limit for this process.
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new Refusal('disk-full', "the server's disk is full: tell its operator, then send it again to go on");
  }
  return (
    descriptorRefusal(error) ?? new Refusal('internal', 'the server could not go on with this file: try again later')
  );
}

/** The log level. A full disk, a lack of descriptors or a missing folder is a state, not a bug. */
export function logLevelOf(failure: Refusal | StorageError): 'warn' | 'error' {
  return failure instanceof FolderMissing || (failure instanceof Refusal && failure.code !== 'internal')
    ? 'warn'
    : 'error';
}
