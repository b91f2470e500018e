import { basename, dirname } from 'node:path';
import test from 'ava';
import { cyclesOf, layoutFaults } from '../../scripts/lint-layout.ts';
import { folderSentences, type Source } from '../../scripts/sources.ts';

/** A second file for a folder, so that the rule about small folders is not broken too. */
function faults(files: Readonly<Record<string, string>>): string[] {
  const folders = new Set(Object.keys(files).map((path) => dirname(path)));
  const introductions = [...folders].map((folder) => ({
    path: `${folder}/${folder.replaceAll('/', '-')}.ts`,
    text: `/** Folder \`${basename(folder)}\`: files for a test; it knows nothing. */`,
  }));
  return layoutFaults([...introductions, ...Object.entries(files).map(([path, text]) => ({ path, text }))]);
}

test('an import that is not allowed between parts is reported with both files', (t) => {
  const up = "import { shell } from '../../cli/shell.ts';";
  t.deepEqual(faults({ 'src/tui/text/a.ts': up }), ['src/tui/text/a.ts may not import src/cli/shell.ts']);
  const across = "import type { Store } from '../../daemon/store/store.ts';";
  t.deepEqual(faults({ 'src/client/keys/a.ts': across }), [
    'src/client/keys/a.ts may not import src/daemon/store/store.ts',
  ]);
  t.deepEqual(faults({ 'src/tui/text/a.ts': "import { hex } from '../../protocol/base/bytes.ts';" }), []);
});

test('a dynamic import and a re-export count as imports', (t) => {
  for (const text of ["await import('../../cli/shell.ts');", "export * from '../../cli/shell.ts';"])
    t.is(faults({ 'src/tui/text/a.ts': text }).length, 1, text);
});

test('packages and built-in modules that a part must not import are reported', (t) => {
  t.regex(
    faults({ 'src/protocol/base/a.ts': "import { readFile } from 'node:fs/promises';" })[0] ?? '',
    /must not use it/,
  );
  t.regex(faults({ 'src/client/keys/a.ts': "import { render } from 'ink';" })[0] ?? '', /must not use it/);
  t.deepEqual(faults({ 'src/client/keys/a.ts': "import { readFile } from 'node:fs/promises';" }), []);
});

test('cycles of files and of folders are reported; type imports count', (t) => {
  const files = { 'src/tui/text/a.ts': "import type { B } from './b.ts';", 'src/tui/text/b.ts': "import './a.ts';" };
  t.deepEqual(faults(files), ['these files import each other: src/tui/text/a.ts, src/tui/text/b.ts']);
  const folders = {
    'src/tui/text/a.ts': "import type { B } from '../state/b.ts';",
    'src/tui/state/b.ts': '',
    'src/tui/state/c.ts': "import { a } from '../text/a.ts';",
  };
  t.deepEqual(faults(folders), ['these folders import each other: src/tui/state, src/tui/text']);
});

test('a folder with too few or too many files is reported, and a file name used twice', (t) => {
  t.regex(layoutFaults([{ path: 'src/tui/text/a.ts', text: '' }])[0] ?? '', /holds one file/);
  const many = Array.from({ length: 16 }, (_, i) => ({ path: `src/tui/text/a${i}.ts`, text: '' }));
  t.regex(layoutFaults(many)[0] ?? '', /holds 16 files/);
  t.deepEqual(
    faults({
      'src/tui/text/a.ts': '',
      'src/tui/text/b.ts': '',
      'src/client/keys/a.ts': '',
      'src/client/keys/c.ts': '',
    }),
    ['two files of one name: src/tui/text/a.ts, src/client/keys/a.ts'],
  );
});

test('cyclesOf finds complete cycles, and none in a graph without cycles', (t) => {
  t.deepEqual(
    cyclesOf(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['a']],
        ['d', ['a']],
      ]),
    ),
    [['a', 'b', 'c']],
  );
  t.deepEqual(
    cyclesOf(
      new Map([
        ['a', ['b', 'c']],
        ['b', ['c']],
      ]),
    ),
    [],
  );
});

test('each folder introduces itself in one file, with the end of its path', (t) => {
  const alone: Source[] = [
    { path: 'src/tui/text/a.ts', text: '' },
    { path: 'src/tui/text/b.ts', text: '' },
  ];
  t.regex(layoutFaults(alone)[0] ?? '', /^src\/tui\/text has 0 files that begin with "Folder `text`: /);
  const head = `/**
 * Folder \`requests/login\`: registration, with config.toml,
 * and login; it knows no sockets. Starts a login.
 */`;
  const sources = [{ path: 'src/daemon/requests/login/a.ts', text: head }];
  t.deepEqual(folderSentences(sources), [
    {
      folder: 'src/daemon/requests/login',
      file: 'src/daemon/requests/login/a.ts',
      sentence: 'registration, with config.toml, and login; it knows no sockets.',
    },
  ]);
});
