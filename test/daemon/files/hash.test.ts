import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { hashFile } from '../../../src/daemon/files/hash.ts';
import { bytes32 } from '../../helpers/daemon/store.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

test('the file of a person with one is hashed between those of a person with many; a missing file stops nobody', async (t) => {
  const path = join(await temporaryFolder(t), 'file');
  await writeFile(path, 'content');
  const done: string[] = [];
  const hash = (what: string, owner: Uint8Array, from = path) => hashFile(from, owner).finally(() => done.push(what));
  const [many, few] = [bytes32(1), bytes32(2)];
  const missing = hash('many 1', many, `${path} missing`);
  const found = [hash('many 2', many), hash('many 3', many), hash('few', few)];
  t.like((await Promise.allSettled([missing]))[0], { status: 'rejected', reason: { code: 'ENOENT' } });
  const expected = createHash('sha256').update('content').digest();
  for (const one of await Promise.all(found)) t.true(expected.equals(one));
  t.deepEqual(done, ['many 1', 'few', 'many 2', 'many 3']);
});
