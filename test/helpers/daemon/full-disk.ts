/** A daemon whose disk is full while a certain file exists. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { temporaryFolder } from '../temporary-folder.ts';

export type FullDisk = {
  /** The environment of the daemon's process. */
  env: Record<string, string>;
  /** Makes the disk full. */
  fill(): Promise<void>;
  empty(): Promise<void>;
};

export async function fullDisk(t: ExecutionContext): Promise<FullDisk> {
  const trigger = join(await temporaryFolder(t), 'now');
  const hook = fileURLToPath(new URL('break-database.mjs', import.meta.url));
  return {
    env: { NODE_OPTIONS: `--import=${hook}`, BREAK_DATABASE: trigger },
    fill: () => writeFile(trigger, 'full'),
    empty: () => rm(trigger),
  };
}
