import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { build } from 'esbuild';
import { verify } from '../../../src/protocol/crypto/rsa.ts';
import { openPool } from '../../../src/protocol/crypto/worker-pool.ts';
import { fixtureKey } from '../../fixtures/keys.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

type Work = { double(n: number): number; fail(text: string): never; wait(ms: number): Promise<string> };

async function pool(t: ExecutionContext, o: { threads: number; maxQueue: number }) {
  const dir = await temporaryFolder(t);
  const source = `export const double = (n) => n * 2;
    export const fail = (text) => { throw new Error(text); };
    export const wait = (ms) => new Promise((done) => setTimeout(done, ms, 'waited'));`;
  await writeFile(join(dir, 'test-worker.mjs'), source);
  const opened = openPool<Work>('test', pathToFileURL(join(dir, 'importer.mjs')).href, o);
  t.teardown(() => opened.close());
  return opened;
}

test('the pool finds its worker beside the importing file and runs its functions', async (t) => {
  const { run } = await pool(t, { threads: 2, maxQueue: 8 });
  t.deepEqual(await Promise.all([1, 2, 3].map((n) => run('double', n))), [2, 4, 6]);
  await t.throwsAsync(run('fail', 'as it must'), { message: 'as it must' });
  t.is(await run('double', 4), 8);
});

test('work beyond the threads and the queue is refused as busy; a failure frees its place, too', async (t) => {
  const { run } = await pool(t, { threads: 1, maxQueue: 1 });
  const held = [run('wait', 50), run('fail', 'x').catch(() => 'failed')];
  await t.throwsAsync(run('double', 1), { name: 'Refusal', code: 'busy' });
  t.deepEqual(await Promise.all(held), ['waited', 'failed']);
  t.is(await run('double', 1), 2);
});

test('payers take turns, a full queue drops the newest work of the longest one, and each is charged for its own', async (t) => {
  const { run } = await pool(t, { threads: 1, maxQueue: 4 });
  const charged: string[] = [];
  const payer = (key: string) => ({ key, chargeMeasured: (ms: number) => ms > 0 && charged.push(key) });
  const [mallory, alice] = [payer('mallory'), payer('alice')];
  const order: string[] = [];
  const work = async (who: typeof alice) => {
    await run('double', 1, who);
    order.push(who.key);
  };
  const busy = { name: 'Refusal', code: 'busy' };
  const all = Array.from({ length: 4 }, () => work(mallory));
  const newest = t.throwsAsync(work(mallory), busy);
  await t.throwsAsync(run('double', 1, mallory), busy);
  all.push(work(alice));
  await Promise.all([...all, newest]);
  t.deepEqual(order, ['mallory', 'mallory', 'alice', 'mallory', 'mallory']);
  t.deepEqual(charged, order);
});

test('workers are also found in the flat bundle of the terminal program', async (t) => {
  // The same options as in scripts/build.mjs; the folder lies here so that node_modules is found.
  const dir = await mkdtemp(fileURLToPath(new URL('../../.pool-', import.meta.url)));
  t.teardown(() => rm(dir, { recursive: true }));
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  await writeFile(
    join(dir, 'main.ts'),
    `import { rsaPool } from ${JSON.stringify(join(root, 'src/protocol/crypto/rsa-pool.ts'))};
     const rsa = rsaPool({ threads: 1, maxQueue: 4 });
     const signature = await rsa.sign(Uint8Array.from(Buffer.from(process.argv[2], 'base64')), new Uint8Array(32));
     console.log(Buffer.from(signature).toString('base64'));
     await rsa.close();`,
  );
  await build({
    entryPoints: { main: join(dir, 'main.ts'), 'rsa-worker': join(root, 'src/protocol/crypto/rsa-worker.ts') },
    outdir: join(dir, 'out'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    chunkNames: '[name]-[hash]',
    external: ['piscina', 'node-rsa'],
    logLevel: 'error',
  });
  t.true(existsSync(join(dir, 'out/rsa-worker.js')));
  const key = fixtureKey('spare');
  const argument = Buffer.from(key.pkcs8).toString('base64');
  const printed = execFileSync(process.execPath, [join(dir, 'out/main.js'), argument], { encoding: 'utf8' });
  t.true(verify(key.spki, new Uint8Array(32), Buffer.from(printed, 'base64')));
});
