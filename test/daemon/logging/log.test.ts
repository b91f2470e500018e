import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rename, rmdir, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { connectionLog, logTo, openLog } from '../../../src/daemon/logging/log.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { until } from '../../helpers/until.ts';

function lines(level = 'trace') {
  const written: string[] = [];
  const logger = logTo({ write: (line: string) => void written.push(line) }, level);
  return { logger, read: () => written.map((line) => JSON.parse(line) as { [field: string]: unknown }) };
}

test('only allowed fields and those bound to the connection are written', (t) => {
  const { logger, read } = lines();
  connectionLog(logger, { conn: 3, address: '::1\u001b' }).info(
    { evt: 'seen', user: 'alice', password: 'y', body: new Uint8Array(3) },
    'hello',
  );
  const [line] = read();
  t.like(line, { level: 30, conn: 3, evt: 'seen', user: 'alice', msg: 'hello' });
  t.deepEqual(Object.keys(line ?? {}).sort(), ['address', 'conn', 'evt', 'level', 'msg', 'time', 'user']);
});

test('control characters never reach the log', (t) => {
  const { logger, read } = lines();
  logger.info({ software: 'evil\u001b[2J\u202e\n' }, 'text \u001b]0;title\u0007');
  t.notRegex(JSON.stringify(read()), /\\u001b|\\u0007|\u202e|\\n/);
});

test('an error is written with its stack and without its other properties', (t) => {
  const { logger, read } = lines();
  logger.error({ err: Object.assign(new Error('broken'), { code: 'EX', secret: 'z' }) }, 'failed');
  const err = read()[0]?.err as { [field: string]: unknown };
  t.like(err, { type: 'Error', code: 'EX', message: 'broken' });
  t.deepEqual(Object.keys(err).sort(), ['code', 'message', 'stack', 'type']);
});

/** The device /dev/full exists on Linux only. */
const onAFullDisk = existsSync('/dev/full') ? test : test.skip;

onAFullDisk('a log without room stops nobody, and is complained about once', async (t) => {
  const complaints: string[] = [];
  const { logger } = await openLog('info', '/dev/full', (sentence) => complaints.push(sentence));
  for (let line = 0; line < 3; line++) t.notThrows(() => logger.info({ evt: 'seen' }, 'hello'));
  t.is(complaints.length, 1);
  t.regex(complaints[0] ?? '', /^the log cannot be written.*ENOSPC/);
});

onAFullDisk('lines that found no room are written when there is some', async (t) => {
  const path = join(await temporaryFolder(t), 'log');
  await symlink('/dev/full', path);
  const { logger, reopen } = await openLog('info', path, () => {});
  logger.info({ count: 1 }, 'first');
  await unlink(path);
  reopen();
  logger.info({ count: 2 }, 'second');
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  t.deepEqual(
    lines.map((line) => JSON.parse(line).count),
    [1, 2],
  );
});

test('a log that cannot be reopened keeps writing to its old file, and no descriptor is closed twice', async (t) => {
  const path = join(await temporaryFolder(t), 'log');
  const complaints: string[] = [];
  const { logger, reopen } = await openLog('info', path, (sentence) => complaints.push(sentence));
  await rename(path, `${path}.1`);
  await mkdir(path);
  t.notThrows(reopen);
  logger.info({ count: 1 }, 'first');
  await rmdir(path);
  await new Promise((resolve) => setImmediate(resolve));
  t.is(complaints.length, 1);
  reopen();
  logger.info({ count: 2 }, 'second');
  await until(async () => !(await readlinks()).includes(`${path}.1`));
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  t.is(complaints.length, 1, 'closing it again would have failed');
  const counts = async (file: string) => JSON.parse(await readFile(file, 'utf8')).count;
  t.deepEqual([await counts(`${path}.1`), await counts(path)], [1, 2]);
});

/** The files this process has open; empty where the system does not say. */
async function readlinks(): Promise<string[]> {
  const fds = await readdir('/proc/self/fd').catch(() => []);
  return Promise.all(fds.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
}
