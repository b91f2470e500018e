/** What the profile knows of a download after a restart, and when it believes it. */
import { appendFile, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { connectChat } from '../../helpers/client/chat.ts';
import { openDaemon } from '../../helpers/daemon/in-process-daemon.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const password = 'correct horse';

test('a restarted client knows a verified copy until that copy is gone or changed', async (t) => {
  const { at } = await openDaemon(t);
  const server = `127.0.0.1:${at.port}`;
  const dir = await temporaryFolder(t);
  const alice = await connectChat(t, { user: 'alice', server, password, register: {} });
  const bob = { user: 'bob' as const, server, password, profile: join(dir, 'bob') };
  const first = await connectChat(t, { ...bob, register: {} });
  await writeFile(join(dir, 'plan.txt'), 'the plan');
  await writeFile(join(dir, 'other.txt'), 'never fetched');
  await alice.client.upload('#lobby', join(dir, 'plan.txt'));
  await alice.client.upload('#lobby', join(dir, 'other.txt'));
  const find = async ({ client }: typeof first) => (await client.files()).find(({ name }) => name === 'plan.txt');
  const plan = await find(first);
  if (plan === undefined) return t.fail('it is not listed');
  t.is(plan.saved, null);
  const path = await first.client.download(plan, { dir: join(dir, 'in') });
  t.is((await find(first))?.saved, path);
  await first.client.close();

  const bytes = await readFile(join(bob.profile, 'profile.db'));
  t.false(bytes.includes('plan.txt'), 'what was saved where is sealed');

  const next = await connectChat(t, bob);
  const saved = async () => (await find(next))?.saved;
  t.is(await saved(), path);
  t.deepEqual((await next.client.files()).map((file) => file.saved === null).sort(), [false, true]);
  await appendFile(path, ' and more');
  t.is(await saved(), null, 'it is longer');
  const again = await next.client.download(plan, { dir: join(dir, 'in') });
  t.is(await saved(), again, 'the newest copy counts');
  await utimes(again, new Date(), new Date(1e12));
  t.is(await saved(), null, 'it was written to');
  const third = await next.client.download(plan, { dir: join(dir, 'in') });
  await rename(third, join(dir, 'moved'));
  t.is(await saved(), null, 'it is gone');
  await rename(join(dir, 'moved'), third);
  t.is(await saved(), third, 'it is back');
  await rm(join(dir, 'in'), { recursive: true });
  t.is(await saved(), null);
});
