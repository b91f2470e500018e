import { ClientError } from '../errors.ts';

/** Returns the error for the person when a file cannot be made or replaced: what failed, why, what to do; other errors as they are. */
export function folderError(error: unknown, failed: string, next: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof ClientError || code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return new ClientError('disk-full', `${failed}: the disk is full; ${next}`);
  const why =
    code === 'EROFS'
      ? 'the disk can only be read'
      : code === 'EACCES' || code === 'EPERM'
        ? 'you may not write there'
        : (error as Error).message;
  return new ClientError('usage', `${failed}: ${why}; ${next}`);
}
