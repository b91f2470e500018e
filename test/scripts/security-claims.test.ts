/** Checks that each claim of SECURITY.md names a test, a model, a limit or a section of PROTOCOL.md, and that these exist. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { optionNames } from '../../src/daemon/config/options.ts';
import { limitValues } from '../../src/daemon/limits/limits.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const isTest = (path: string) =>
  ['.test.ts', '.test.tsx'].some((end) => existsSync(fileURLToPath(new URL(`test/${path}${end}`, root))));
const isModel = (path: string) =>
  /^models\/[\w.-]+\.(pv|pml)$/.test(path) && existsSync(fileURLToPath(new URL(`docs/${path}`, root)));
const isLimit = (name: string) =>
  Object.hasOwn(limitValues, name) || optionNames.some((option) => name === `--${option}`);
const sections = new Set([...read('docs/PROTOCOL.md').matchAll(/^## (\d+)\. /gm)].map(([, number]) => number));

/** The list items of the section "What SecureChat gives", each with the references in its last parentheses. */
function claims(document: string): { claim: string; references: string }[] {
  const [, attackers = ''] = /\n## What SecureChat gives.*?\n([\s\S]*?)\n## /.exec(document) ?? [];
  return [...attackers.matchAll(/^- (.*)$/gm)].map(([, item = '']) => {
    const [, claim = item, references = ''] = /^(.*) \(([^()]*)\)$/.exec(item) ?? [];
    return { claim, references };
  });
}

test('each claim names an existing test, model, limit or section', (t) => {
  const all = claims(read('SECURITY.md'));
  t.true(all.length > 40);
  for (const { claim, references } of all) {
    const numbers = [...references.matchAll(/§(\d+)/g)].map(([, number]) => number);
    const names = [...references.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
    t.true(numbers.length + names.length > 0, claim);
    for (const number of numbers) t.true(sections.has(number), `${claim}: no section ${number}`);
    for (const name of names) {
      const isKnown = isTest(name) || isModel(name) || isLimit(name) || name.startsWith('npm run ');
      t.true(isKnown, `${claim}: there is no ${name}`);
    }
  }
});
