import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { Profile } from '../../../src/client/profile/profile.ts';
import { systemRandom } from '../../../src/platform/random.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Opens a profile, in `dir` or in a new folder. It is closed when the test ends. */
export async function openProfile(t: ExecutionContext, dir?: string): Promise<Profile> {
  const profile = await Profile.open(dir ?? join(await temporaryFolder(t), 'profile'), fs, systemRandom);
  t.teardown(() => profile.close());
  return profile;
}
