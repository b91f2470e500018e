import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { WorkerCalls } from '../../src/platform/worker-calls.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

type TestOperations = {
  double(n: number): number;
  fail(sentence: string): never;
  exit(status: number): never;
  close(params: null): null;
};

const platform = new URL('../../src/platform/worker-calls.ts', import.meta.url).href;
const operations = `
  import { answerCalls } from ${JSON.stringify(platform)};
  answerCalls({
    double: (n) => n * 2,
    fail(sentence) { throw new Error(sentence); },
    exit: (status) => process.exit(status),
    close: () => null,
  });`;

async function thread(t: ExecutionContext, source = operations): Promise<{ dir: string; url: URL }> {
  const dir = await temporaryFolder(t);
  const path = join(dir, 'test-worker.mjs');
  await writeFile(path, source);
  return { dir, url: pathToFileURL(path) };
}

async function open(t: ExecutionContext, source = operations) {
  const { url } = await thread(t, source);
  const calls = new WorkerCalls<TestOperations>(url, { name: 'the test', failure: (why) => new RangeError(why) });
  t.teardown(() => calls.close());
  return calls;
}

test('each call gets its own answer, and close() lets earlier ones finish', async (t) => {
  const calls = await open(t);
  const answers = [1, 2, 3].map((n) => calls.call('double', n));
  const closing = calls.close();
  t.deepEqual(await Promise.all(answers), [2, 4, 6]);
  await closing;
  await t.throwsAsync(calls.call('double', 1), { message: 'the test is closed' });
  await calls.close();
});

test('a call whose parameter cannot be cloned fails alone', async (t) => {
  const calls = await open(t);
  await t.throwsAsync(calls.call('fail', (() => {}) as never), { name: 'DataCloneError' });
  t.is(await calls.call('double', 4), 8);
});

test('after an operation threw, all calls fail with its error', async (t) => {
  const calls = await open(t);
  t.is(await calls.call('double', 1), 2);
  const broken = { instanceOf: RangeError, message: 'the disk is gone' };
  await Promise.all([
    t.throwsAsync(calls.call('fail', 'the disk is gone'), broken),
    t.throwsAsync(calls.call('double', 1), broken),
  ]);
  await t.throwsAsync(calls.call('double', 1), broken);
  t.is(await calls.failed, 'the disk is gone');
  await calls.close();
});

test('a thread that ends or cannot start fails all earlier and later calls', async (t) => {
  for (const [source, message] of [
    [operations, 'the thread of the test has ended'],
    ['throw new Error("no such thing")', 'the thread of the test has failed: no such thing'],
  ] as const) {
    const calls = await open(t, source);
    await t.throwsAsync(calls.call('exit', 3), { message });
    await t.throwsAsync(calls.call('double', 1), { message });
    t.is(await calls.failed, message);
  }
});

test('a program that does not close the thread waits for its answers and ends', async (t) => {
  const { dir, url } = await thread(t);
  const program = `
    import { WorkerCalls } from ${JSON.stringify(platform)};
    const calls = new WorkerCalls(new URL(${JSON.stringify(url.href)}), { name: 'the test' });
    void calls.call('double', 1).then(() => calls.call('double', 21)).then(console.log);`;
  await writeFile(join(dir, 'program.mjs'), program);
  const { stdout } = await promisify(execFile)(process.execPath, [join(dir, 'program.mjs')]);
  t.is(stdout, '42\n');
});
