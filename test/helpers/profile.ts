import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { systemRandom } from '../../src/protocol/seams.ts';
import { Profile } from '../../src/tui/client/profile.ts';

/** A folder that goes away with the test. */
export async function temporaryFolder(t: ExecutionContext): Promise<string> {
  const dir = await fs.mkdtemp(join(tmpdir(), 'securechat-'));
  t.teardown(() => fs.rm(dir, { recursive: true, force: true }));
  return dir;
}

/** Opens a profile, in `dir` or in a folder of its own, and closes it with the test. */
export async function openProfile(t: ExecutionContext, dir?: string): Promise<Profile> {
  const profile = await Profile.open(dir ?? join(await temporaryFolder(t), 'profile'), fs, systemRandom);
  t.teardown(() => profile.close());
  return profile;
}
