import { spawnSync } from 'node:child_process';
import test from 'ava';

// In a process of its own: Node warns once a process, and AVA's may have done so already.
function warningsOf(code: string): string[] {
  const source = `
    import { loadSqlite } from ${JSON.stringify(new URL('../../src/platform/sqlite.ts', import.meta.url).href)};
    process.on('warning', (warning) => console.log(warning.message));
    ${code}`;
  const child = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '--eval', source], {
    encoding: 'utf8',
  });
  if (child.status !== 0) throw new Error(child.stderr);
  return child.stdout.split('\n').filter((line) => line !== '');
}

// Stands in for node:sqlite of Node 24.7, which warns while it is loaded; later versions do not.
const load = (message: string) => `
  process.getBuiltinModule = () => { process.emitWarning(${JSON.stringify(message)}, 'ExperimentalWarning'); return {}; };
  loadSqlite();`;

test('loadSqlite() returns the module', (t) => {
  t.deepEqual(warningsOf('console.log(typeof loadSqlite().DatabaseSync)'), ['function']);
});

test('loading it hides the one warning about SQLite and no other', (t) => {
  t.deepEqual(warningsOf(load('SQLite is an experimental feature and might change at any time')), []);
  t.deepEqual(warningsOf(load('something else')), ['something else']);
});

test('later warnings are shown again', (t) => {
  t.deepEqual(
    warningsOf("loadSqlite(); process.emitWarning('SQLite is an experimental feature, said by somebody else')"),
    ['SQLite is an experimental feature, said by somebody else'],
  );
});
