/** Warns about a full disk when a request is refused because of it. */
import { join } from 'node:path';
import type { RequestName } from '../../protocol/wire/requests.ts';
import type { Config } from '../config/config.ts';
import type { ThrottledWarnings } from './throttled-warnings.ts';

export type DiskWarnings = { warnings: Pick<ThrottledWarnings, 'warn'>; config: Pick<Config, 'dataDir'> };

export function logFullDisk({ warnings, config }: DiskWarnings, request: RequestName): void {
  const { dataDir } = config;
  // File uploads are refused first, while messages still have room.
  if (request === 'upload-open' || request === 'upload-finish') {
    const what = 'the disk of this folder has no room for more files: uploads are refused until there is room';
    warnings.warn('files_disk_full', join(dataDir, 'server_files'), what);
  } else {
    const what = 'the disk of this folder is full: logins and messages are refused until there is room';
    warnings.warn('disk_full', dataDir, what);
  }
}
