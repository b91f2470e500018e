/** Removes old files that nobody waits for. */
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { pino } from 'pino';
import { IDLE_MS } from '../../../src/daemon/files/sweep.ts';
import { withDescriptorRefusals } from '../../../src/daemon/limits/descriptor-refusals.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import type { FileSystem } from '../../../src/platform/file-system.ts';
import { hex } from '../../../src/protocol/base/bytes.ts';
import { alice, bob, FakeSession, id, openFileDaemon } from '../../helpers/daemon/file-daemon.ts';
import { upload, uploadParams } from '../../helpers/daemon/file-upload.ts';
import { until } from '../../helpers/until.ts';

test('an interrupted upload is removed after the retention time if that is short', async (t) => {
  let now = Date.now();
  const clock = { ...systemClock, now: () => now };
  const config = { maxFileSize: 2 ** 32, quota: 2 ** 33, retention: 3_600_000 };
  const { files, dir, restart, store } = await openFileDaemon(t, { clock, config });
  const session = new FakeSession();
  await files.openUpload(session, alice.idFp, uploadParams(5), store);
  await files.sessionEnded(session);
  now += 3_000_000;
  await restart();
  t.is((await fs.readdir(dir)).length, 1);
  now += 3_000_000;
  await restart();
  t.is((await fs.readdir(dir)).length, 0);
});

test('the sweep removes old parts and old unlisted files, and keeps files that the store never knew', async (t) => {
  let now = Date.now();
  let tick = () => {};
  const clock = {
    ...systemClock,
    now: () => now,
    after: (_ms: number, action: () => void) => {
      tick = action;
      return () => {};
    },
  };
  const daemon = await openFileDaemon(t, { clock });
  const names = [id(1, 16), id(2, 16), id(3, 16)].map(hex);
  const session = new FakeSession();
  for (const each of [id(1, 16), id(2, 16)]) await upload(daemon, session, 5, each);
  await daemon.list(id(1, 16));
  await daemon.files.openUpload(session, alice.idFp, uploadParams(500, id(3, 16)), daemon.store);
  await fs.writeFile(join(daemon.dir, 'e'.repeat(32)), 'no row');
  await fs.writeFile(join(daemon.dir, `${'f'.repeat(32)}.part`), 'no row');
  await fs.writeFile(join(daemon.dir, 'README'), 'not ours');
  const unknown = ['README', 'e'.repeat(32), `${'f'.repeat(32)}.part`];
  const kept = [...unknown, names[0], `${names[2]}.part`].sort();

  now += IDLE_MS / 2;
  tick();
  t.is((await fs.readdir(daemon.dir)).length, 6, 'nothing is old yet');
  now += IDLE_MS / 2 + 60_000;
  tick();
  // The open upload is touched as long as its session lives.
  await until(async () => (await fs.readdir(daemon.dir)).length === 5);
  t.deepEqual((await fs.readdir(daemon.dir)).sort(), kept);
  await daemon.files.sessionEnded(session);
  now += IDLE_MS + 1;
  await daemon.restart();
  t.deepEqual((await fs.readdir(daemon.dir)).sort(), [...unknown, names[0]].sort());
  t.truthy(await daemon.store.listedFile({ file: id(1, 16), reader: bob.idFp }));
});

test('a sweep without a free descriptor is put off by an hour and logs no error', async (t) => {
  const readdir = async () => {
    throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
  };
  const lines: { evt: string; level: number }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  await openFileDaemon(t, { fs: withDescriptorRefusals({ ...(fs as FileSystem), readdir }), log });
  t.deepEqual(
    lines.map(({ evt, level }) => [evt, level]),
    [['files_sweep_failed', 40]],
  );
});

test('files that the database has and the folder lacks are logged once at the start, with the next step', async (t) => {
  const daemon = await openFileDaemon(t);
  const session = new FakeSession();
  for (const n of [1, 2, 3]) await upload(daemon, session, 5, id(n, 16));
  for (const n of [1, 2]) await daemon.list(id(n, 16));
  await daemon.files.openUpload(session, alice.idFp, uploadParams(500, id(4, 16)), daemon.store);
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  await daemon.restart({ log });
  t.deepEqual(lines, [], 'nothing is missing');
  await daemon.files.close();
  await fs.rm(daemon.dir, { recursive: true });
  await daemon.restart({ log });
  t.is(lines.length, 1);
  t.like(lines[0], { evt: 'files_missing', level: 50, files: 3 });
  t.regex(String(lines[0]?.msg), /server_files lacks files .* restore it from a backup/);
});
