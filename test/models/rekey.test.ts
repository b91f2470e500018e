/**
 * Searches docs/models/rekey.pml with Spin: the model must pass an exhaustive search, and each of its twins must fail.
 * Where Spin is missing, this is skipped, but never in CI.
 */
import { type ExecFileException, execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const model = fileURLToPath(new URL('../../docs/models/rekey.pml', import.meta.url));
const twins = new Set(readFileSync(model, 'utf8').match(/\bWITHOUT_\w+/g));
const run = promisify(execFile);
const isInstalled = (command: string) =>
  run(command, ['--version']).then(
    () => true,
    ({ code }: ExecFileException) => code !== 'ENOENT',
  );

const canSearch = (await isInstalled('spin')) && (await isInstalled('cc'));
const inCi = process.env.CI !== undefined;
if (!canSearch && !inCi) console.log('docs/models/rekey.pml is not checked: Spin or a C compiler is missing');
const check = canSearch || inCi ? test.serial : test.serial.skip;

check('CI has what the search needs', (t) => {
  t.true(canSearch, 'Spin or a C compiler is missing in CI: .ci/run must install them');
});

for (const rules of ['HISTORY_SINCE_JOIN', 'LOBBY']) {
  check(`the model has no error: ${rules}`, async (t) => {
    const report = await search(t, rules);
    t.regex(report, /State-vector .* errors: 0\n/);
    t.notRegex(report, /Search not completed|max search depth/);
  });
}

check('the model names its twins', (t) => {
  t.true(twins.size >= 6);
});

for (const twin of twins) {
  check(`a twin violates an assertion: ${twin}`, async (t) => {
    const report = await search(t, twin);
    t.regex(report, /assertion violated (?!- )/);
    t.regex(report, /State-vector .* errors: 1\n/);
  });
}

/** Returns the report of Spin's search of the model with `flag` defined. */
async function search(t: Parameters<typeof temporaryFolder>[0], flag: string): Promise<string> {
  const cwd = await temporaryFolder(t);
  await run('spin', ['-a', `-D${flag}`, model], { cwd });
  await run('cc', ['-O1', '-DSAFETY', '-o', 'pan', 'pan.c'], { cwd });
  const { stdout } = await run('./pan', ['-w22', '-m1000'], { cwd });
  return stdout;
}
