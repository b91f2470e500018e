/**
 * Runs ProVerif on the symbolic models of docs/models (`npm run models`). Of a model, all queries must hold, and the events
 * named "Reached" must happen. Of each twin that the head of the file names, at least one query must be attacked.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export type Result = { query: string; verdict: string };

/** Returns the results of the queries in a report of ProVerif. */
export function resultsIn(report: string): Result[] {
  const lines = report.matchAll(/^RESULT (?!\()(.*) (is true|is false|cannot be proved)\.$/gm);
  return [...lines].map(([, query = '', verdict = '']) => ({ query, verdict }));
}

/** Returns the results that a model or a twin must not have, as sentences. */
export function modelFaults(results: readonly Result[], isTwin: boolean): string[] {
  const isReached = ({ query }: Result) => /^not event\(Reached/.test(query);
  const reached = results.filter(isReached);
  const queries = results.filter((result) => !isReached(result));
  const faults = reached
    .filter(({ verdict }) => verdict !== 'is false')
    .map(({ query }) => `nothing reaches the end: ${query}`);
  if (reached.length === 0 || queries.length === 0) return ['results are missing'];
  if (!isTwin)
    faults.push(
      ...queries.filter(({ verdict }) => verdict !== 'is true').map(({ query, verdict }) => `${query} ${verdict}`),
    );
  else if (!queries.some(({ verdict }) => verdict === 'is false')) faults.push('the twin is not attacked');
  return faults;
}

/** Returns the names of the twins in the comment at the head of a model. */
export function twinsOf(model: string): string[] {
  return model.slice(0, model.indexOf('*)')).match(/\bWITHOUT_\w+/g) ?? [];
}

const run = promisify(execFile);

/** Prints the version of ProVerif. @throws Error when it is missing */
async function printVersion(): Promise<void> {
  const { stdout } = await run('proverif', ['-help']).catch(() => {
    throw new Error('ProVerif is missing: docs/models/README.md says which version is needed');
  });
  console.log(stdout.split('\n', 1)[0]);
}

async function checkModels(models: string): Promise<void> {
  await printVersion();
  const folder = mkdtempSync(join(tmpdir(), 'securechat-models-'));
  try {
    for (const file of readdirSync(models).filter((name) => name.endsWith('.pv'))) {
      for (const twin of [null, ...twinsOf(readFileSync(join(models, file), 'utf8'))]) {
        const flags = twin === null ? [] : [`-D${twin}`];
        const { stdout: text } = await run('cpp', ['-P', ...flags, join(models, file)]);
        writeFileSync(join(folder, file), text);
        const { stdout } = await run('proverif', [join(folder, file)], { maxBuffer: 2 ** 28 });
        const results = resultsIn(stdout);
        const faults = modelFaults(results, twin !== null);
        const attacked = results.filter(({ query, verdict }) => verdict === 'is false' && !query.includes('(Reached'));
        const found = attacked.map(({ query }) => `\n    attacked: ${query}`).join('');
        console.log(`${faults.length > 0 ? 'FAULT' : 'ok'}  ${file} ${twin ?? ''}${found}`);
        for (const fault of faults) console.log(`    ${fault}`);
        if (faults.length > 0) process.exitCode = 1;
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await checkModels(fileURLToPath(new URL('../docs/models', import.meta.url)));
