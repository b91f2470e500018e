/** Checks that docs/ARCHITECTURE.md and comments name only what is there: files, folders and words of the sources. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { readSources } from '../../scripts/sources.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const sources = readSources();
const text = sources.map((source) => source.text).join('\n');
const attackers = readdirSync(`${root}test/adversary`);
/** Names the files that the build makes. */
const manifest = readFileSync(`${root}package.json`, 'utf8');
const endings = ['', '.ts', '.tsx'];

/** Whether `name` is a path below the root or `src`, the end of a source's path, a file of test/adversary, or one that the build makes. */
function isPath(name: string): boolean {
  const path = name.replace(/\/$/, '');
  if (manifest.includes(`/${path}/`)) return true;
  return endings.some(
    (end) =>
      existsSync(`${root}${path}${end}`) ||
      existsSync(`${root}src/${path}${end}`) ||
      sources.some((source) => source.path.endsWith(`/${path}${end}`)) ||
      attackers.includes(`${path}${end}`),
  );
}

/** Whether the last word of `name`, as `take` of `actions.take`, stands in a source. */
function isWord(name: string): boolean {
  return new RegExp(`\\b${name.split('.').at(-1)}\\b`).test(text);
}

test('each name in docs/ARCHITECTURE.md is a path, or a word of the sources', (t) => {
  const document = readFileSync(`${root}docs/ARCHITECTURE.md`, 'utf8');
  const quoted = [...document.matchAll(/`([A-Za-z][\w./-]*)`/g)].map(([, name = '']) => name);
  t.true(quoted.length > 200);
  const unknown = quoted.filter((name) => !isPath(name) && (name.includes('/') || !isWord(name)));
  t.deepEqual(unknown, []);
});

test('each file that a comment of a source names is there', (t) => {
  const files = new Set(
    ['src', 'test', 'scripts', 'bench'].flatMap((folder) =>
      readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' }).map((path) => basename(path)),
    ),
  );
  const named = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/^\s*(?:\/\*\*|\*|\/\/) .*$/gm)].flatMap(([comment]) =>
      [...comment.matchAll(/[\w.-]+\.(?:tsx?|mjs)\b/g)].map(([name]) => ({ path, name })),
    ),
  );
  t.true(named.length > 30);
  t.deepEqual(
    named.filter(({ name }) => !files.has(name)),
    [],
  );
});
