/** A program that writes rows of a profile one after the other. Arguments: the profile, a prefix for the names, the count. */
import * as fs from 'node:fs/promises';
import { Profile } from '../../../src/client/profile/profile.ts';
import { SealedRows } from '../../../src/client/profile/sealed-rows.ts';
import { systemRandom } from '../../../src/platform/random.ts';

const [dir = '', word = '', count = '0'] = process.argv.slice(2);
const profile = await Profile.open(dir, fs, systemRandom);
const rows = new SealedRows(profile);
for (let n = 1; n <= Number(count); n++) {
  await rows.write(
    new Map<string, unknown>([
      [`${word} ${n}`, n],
      ['the last', `${word} ${n}`],
    ]),
  );
}
await profile.close();
