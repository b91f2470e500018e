import test from 'ava';
import { cyclesOf, importFaults } from '../../scripts/lint-imports.ts';

/** Two files in each folder, so that only the rule in question is broken. */
const beside = (path: string) => ({ path: path.replace(/[^/]+$/, 'beside.ts'), text: '' });
const faults = (files: Readonly<Record<string, string>>) =>
  importFaults(
    Object.entries(files).flatMap(([path, text], at) => [{ path, text }, ...(at === 0 ? [beside(path)] : [])]),
  );

test('an import up or across the parts is named with both files', (t) => {
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

test('what a part must not know is refused: files in the protocol, the screen in the client', (t) => {
  t.regex(
    faults({ 'src/protocol/base/a.ts': "import { readFile } from 'node:fs/promises';" })[0] ?? '',
    /no such thing/,
  );
  t.regex(faults({ 'src/client/keys/a.ts': "import { render } from 'ink';" })[0] ?? '', /no such thing/);
  t.deepEqual(faults({ 'src/client/keys/a.ts': "import { readFile } from 'node:fs/promises';" }), []);
});

test('files, and folders, that import each other are named; types count', (t) => {
  const files = { 'src/tui/text/a.ts': "import type { B } from './b.ts';", 'src/tui/text/b.ts': "import './a.ts';" };
  t.deepEqual(faults(files), ['these files import each other: src/tui/text/a.ts, src/tui/text/b.ts']);
  const folders = {
    'src/tui/text/a.ts': "import type { B } from '../state/b.ts';",
    'src/tui/state/b.ts': '',
    'src/tui/state/c.ts': "import { a } from '../text/a.ts';",
  };
  t.deepEqual(faults(folders), ['these folders import each other: src/tui/state, src/tui/text']);
});

test('a folder holds 2 to 15 files, and a basename one meaning', (t) => {
  t.regex(importFaults([{ path: 'src/tui/text/a.ts', text: '' }])[0] ?? '', /holds one file/);
  const many = Array.from({ length: 16 }, (_, i) => ({ path: `src/tui/text/a${i}.ts`, text: '' }));
  t.regex(importFaults(many)[0] ?? '', /holds 16 files/);
  t.deepEqual(
    faults({
      'src/tui/text/a.ts': '',
      'src/tui/text/b.ts': '',
      'src/client/keys/a.ts': '',
      'src/client/keys/c.ts': '',
    }),
    ['one name for two: src/tui/text/a.ts, src/client/keys/a.ts'],
  );
});

test('cycles are found whole, and a graph without one has none', (t) => {
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
