import { join } from 'node:path';
import test from 'ava';
import { openProfileDb } from '../../../src/client/profile/profile-db.ts';
import { migrations } from '../../../src/client/profile/profile-schema.ts';
import { temporaryFolder } from '../../helpers/folder.ts';

test('a profile of version 1 is brought up to date and keeps what it holds', async (t) => {
  const path = join(await temporaryFolder(t), 'profile.db');
  const old = await openProfileDb(path, migrations.slice(0, 1));
  await old.run("INSERT INTO addresses (address, daemon, at) VALUES ('a:1', x'01', 5)");
  await old.run("INSERT INTO uploads VALUES (x'01', x'02', '/home/alice/a.bin', 'v', x'03', 262144, x'04', 5)");
  await old.run("INSERT INTO shared_files VALUES ('a', 'f', 'c', 7)");
  await old.close();
  const db = await openProfileDb(path, migrations);
  t.teardown(() => db.close());
  t.is((await db.all('SELECT address FROM addresses'))[0]?.address, 'a:1');
  t.deepEqual(await db.all('SELECT * FROM transfers'), []);
  t.is((await db.all('SELECT seq FROM shared_files'))[0]?.seq, 7);
  await t.throwsAsync(db.all('SELECT * FROM uploads'), { message: /no such table/ });
});
