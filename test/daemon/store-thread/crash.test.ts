import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { openSqliteStore } from '../../../src/daemon/store-thread/sqlite-store.ts';
import { bytes32, fetchParams } from '../../helpers/daemon/store.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const WRITER = fileURLToPath(new URL('../../helpers/daemon/store-writer.ts', import.meta.url));

/** Reads the writer's output into `heard` until `enough` returns true. */
async function read(lines: AsyncIterator<string>, heard: string[], enough: () => boolean): Promise<void> {
  while (!enough()) {
    const line = await lines.next();
    if (line.done) throw new Error(`the writer ended after ${heard.length} lines: ${heard.at(-1)}`);
    heard.push(line.value);
  }
}

function writer(t: ExecutionContext, path: string): { child: ChildProcess; lines: AsyncIterator<string> } {
  const child = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

/** The numbers of all notes in the store. */
async function numbersIn(path: string): Promise<Set<number>> {
  const store = await openSqliteStore(path);
  const numbers = new Set<number>();
  for (let after = 0, more = true; more; ) {
    const page = await store.fetch(fetchParams({ conversation: bytes32(77), after }));
    for (const { seq, bytes } of page.entries) {
      after = seq;
      numbers.add(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0));
    }
    more = page.more;
  }
  await store.close();
  return numbers;
}

/** The answered notes, by number. */
function storedIn(heard: string[]): number[] {
  return heard.filter((line) => line.startsWith('stored ')).map((line) => Number(line.slice('stored '.length)));
}

test('kill -9 loses nothing that was answered', async (t) => {
  const path = join(await temporaryFolder(t), 'securechat.db');
  const { child, lines } = writer(t, path);
  const heard: string[] = [];
  await read(lines, heard, () => heard.length >= 300);
  child.kill('SIGKILL');
  await once(child, 'exit');
  for (let line = await lines.next(); !line.done; line = await lines.next()) heard.push(line.value);
  const answered = storedIn(heard);
  t.is(answered.length, heard.length);
  const kept = await numbersIn(path);
  t.deepEqual(
    answered.filter((number) => !kept.has(number)),
    [],
  );
  t.true(kept.size <= answered.length + 4, 'no more than what was under way');
});

/** prlimit of util-linux limits the files of a running process; not every system has it. */
const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;
(hasPrlimit ? test : test.skip)(
  'when files cannot grow requests are refused, and work again when they can',
  async (t) => {
    const path = join(await temporaryFolder(t), 'securechat.db');
    const { child, lines } = writer(t, path);
    const heard: string[] = [];
    await read(lines, heard, () => heard.length >= 20);
    const { size } = await stat(`${path}-wal`);
    const limit = (bytes: number | 'unlimited') =>
      execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${bytes}:unlimited`]);
    limit(size + 50_000);
    await read(lines, heard, () => heard.includes('refused disk-full'));
    await read(lines, heard, () => heard.slice(-20).every((line) => line === 'refused disk-full'));
    limit('unlimited');
    await read(lines, heard, () => heard.slice(-20).every((line) => line.startsWith('stored')));
    child.kill('SIGKILL');
    await once(child, 'exit');
    t.deepEqual([...new Set(heard.filter((line) => line.startsWith('refused')))], ['refused disk-full']);
    const kept = await numbersIn(path);
    t.deepEqual(
      storedIn(heard).filter((number) => !kept.has(number)),
      [],
    );
  },
);
