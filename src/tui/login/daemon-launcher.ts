import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ClientError } from '../../client/errors.ts';

/**
 * Returns the path of `bin/securechat-daemon.js`. It lies above this file, in the sources as in the bundle.
 * @throws ClientError 'unreachable' when it is not there
 */
export function daemonLauncher(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const launcher = join(folder, 'bin/securechat-daemon.js');
    if (existsSync(launcher)) return launcher;
  }
  throw new ClientError('unreachable', 'securechat-daemon is not installed beside this program');
}
